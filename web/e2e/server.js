import { spawn } from "node:child_process";

/**
 * Starts `altyn serve` on a free port and waits until it tells its address. `stop` and `start` again
 * keep the port, as a reader does who closes the terminal and opens it again.
 * @param {string} altyn the command
 */
export async function serve(altyn) {
  let port = 0;
  /** @type {import("node:child_process").ChildProcess | null} */
  let child = null;
  /** @returns {Promise<string>} */
  const start = () => new Promise((done, fail) => {
    const started = spawn(altyn, ["serve", "--port", String(port)], { stdio: ["ignore", "pipe", "pipe"] });
    child = started;
    let said = "";
    let complaint = "";
    started.stderr.on("data", (piece) => (complaint += piece));
    started.stdout.on("data", (piece) => {
      said += piece;
      const address = /http:\/\/[^\s]+:(\d+)\//.exec(said);
      if (!address) return;
      port = Number(address[1]);
      done(address[0]);
    });
    started.on("error", fail);
    started.on("exit", (code) => fail(new Error(`altyn serve ended with ${code}: ${complaint}`)));
  });
  const address = await start();
  return {
    address,
    start,
    get pid() {
      return child?.pid ?? 0;
    },
    /** @returns {Promise<void>} */
    stop: () => new Promise((done) => {
      if (!child || child.exitCode !== null) return done();
      child.removeAllListeners("exit");
      child.on("exit", () => done());
      child.kill("SIGINT");
    }),
  };
}
