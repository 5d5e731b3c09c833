import { writeFileSync } from "node:fs";

/** @typedef {{ name: string, seconds: number, failure: string }} Outcome */

/** @param {string} text */
const escape_xml = (text) =>
  text.replace(/[&<>"]/g, (sign) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" })[sign] ?? sign)
    .replace(/[^\x09\x0a\x20-\ufffd]/g, "");

/**
 * Runs cases one after another and prints each outcome.
 * @param {string} suite
 * @param {[string, () => Promise<void>][]} cases
 * @param {string | undefined} path where the JUnit file goes
 * @returns {Promise<boolean>} true when every case passed
 */
export async function run_cases(suite, cases, path) {
  /** @type {Outcome[]} */
  const outcomes = [];
  for (const [name, run] of cases) {
    const start = performance.now();
    let failure = "";
    try {
      await run();
    } catch (error) {
      failure = error instanceof Error ? (error.stack ?? error.message) : String(error);
    }
    outcomes.push({ name, seconds: (performance.now() - start) / 1000, failure });
    const time = `${((performance.now() - start) / 1000).toFixed(1)} s`;
    console.log(failure ? `FAILED ${name} (${time})\n${failure}` : `ok     ${name} (${time})`);
  }
  const failed = outcomes.filter((one) => one.failure).length;
  console.log(`${suite}: ${outcomes.length - failed} passed, ${failed} failed`);
  if (path) {
    const body = outcomes.map((one) =>
      `<testcase classname="${suite}" name="${escape_xml(one.name)}" time="${one.seconds.toFixed(3)}">` +
      (one.failure ? `<failure message="failed">${escape_xml(one.failure)}</failure>` : "") + "</testcase>").join("\n");
    writeFileSync(path, `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites><testsuite name="${suite}" tests="${outcomes.length}" failures="${failed}">\n${body}\n</testsuite></testsuites>\n`);
  }
  return failed === 0;
}
