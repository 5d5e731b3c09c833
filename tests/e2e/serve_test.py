"""The workbench's server: what it answers, that its numbers are the command line's, who it lets in
and what it survives."""

import concurrent.futures
import json
import re
import signal
import time

import pytest

from altyn_run import ROOT, altyn, needs_build
from serve_client import Server

pytestmark = needs_build

OPENAPI = json.loads((ROOT / "docs" / "api" / "openapi.json").read_text())
TARIFF = {"scenario": {"name": "common-tariff-plus-5", "extends": "common-tariff-plus-5",
                       "title": "What if the common external tariff were raised by five points?"}}
ESTIMATE = {"estimate": {"data": "world_trade", "agreements": ["EAEU"],
                         "formulas": ["trade ~ eaeu | exporter^year + importer^year + "
                                      "exporter^importer"]},
            "options": {"cluster": "exporter^importer"}}


@pytest.fixture(scope="module")
def server():
    with Server() as running:
        yield running


def refused(answer, status, code):
    assert answer[0] == status, answer
    error = answer[2]["error"]
    assert error["code"] == code, error
    assert set(error) >= {"code", "what", "where", "context", "why", "fixes"}
    assert error["what"]
    return error


# What it answers

def test_the_page_is_served_under_a_strict_policy(server):
    status, headers, page = server.get("/")
    assert status == 200 and b"Altyn" in page
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "unsafe-eval" not in policy
    assert "'unsafe-inline'" not in policy.split("script-src")[1].split(";")[0]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert server.get("/", headers={"If-None-Match": headers["ETag"]})[0] == 304


def test_the_interface_describes_itself(server):
    assert server.answer("GET", "/api/openapi.json") == OPENAPI


def test_every_described_address_is_there_and_takes_only_the_described_methods(server):
    for path, methods in OPENAPI["paths"].items():
        known = {name.upper() for name in methods if name in ("get", "post", "delete")}
        status, headers, _ = server.ask("PUT", path.replace("{", "").replace("}", ""))
        assert status == 405, path
        assert set(headers["Allow"].split(", ")) == known, path


def test_nothing_else_is_there(server):
    for path in ("/api", "/api/nothing", "/index.html", "/../etc/passwd", "/%2e%2e/etc/passwd",
                 "/api/tables/../../etc/passwd", "/api/check/", "//"):
        refused(server.get(path), 404, "no-such-address")


def test_the_catalogue_has_all_that_controls_need(server):
    catalogue = server.answer("GET", "/api/catalogue")
    assert set(OPENAPI["components"]["schemas"]["Catalogue"]["required"]) <= set(catalogue)
    assert len(catalogue["world"]["economies"]) == 82
    union = next(one for one in catalogue["world"]["unions"] if one["id"] == "eaeu")
    assert union["members"] == ["ARM", "BLR", "KAZ", "KGZ", "RUS"]
    scenario = next(s for s in catalogue["scenarios"] if s["id"] == "uzbekistan-joins")
    assert "extends" not in scenario["resolved"]["scenario"] and scenario["resolved"]["tariff"]
    assert any(claim["id"] == "lavrov-2017" for claim in catalogue["claims"])
    model = next(s for s in catalogue["options"]["simulate"] if s["name"] == "model")
    theta = next(f for f in model["fields"] if f["name"] == "theta")
    assert theta["default"] == 5.0 and theta["minimum"] == 0.1 and theta["doc"]


def test_series_give_both_sides_of_every_year(server):
    series = server.answer("GET", "/api/series?pair=RUS:KAZ")
    assert len(series["monthly"]["months"]) == len(series["monthly"]["turnover_musd"]) == 192
    row = next(r for r in series["yearly"] if r["year"] == 2016 and r["exporter"] == "RUS")
    assert row["importer_reported_musd"] > 0 and row["exporter_reported_musd"] > 0
    refused(server.get("/api/series?pair=RUS"), 422, "bad-pair")
    refused(server.get("/api/series?pair=RUS:XXQ"), 422, "unknown-economy")
    refused(server.get("/api/series"), 400, "missing-parameter")


def test_agreements_are_those_of_the_command_line(server):
    told = json.loads(altyn("agreements", "RUS:KAZ", "--month", "2017-04", "--json").stdout)
    asked = server.answer("GET", "/api/agreements?pair=RUS:KAZ&month=2017-04")
    assert [{k: v for k, v in one.items() if k != "name_ru"} for one in asked] == told


# The numbers are the command line's

@pytest.fixture(scope="module")
def tariff_file(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tariff")
    done = altyn("simulate", ROOT / "cases/eaeu/common-tariff-plus-5.toml", "--n-draws", "60", "-q",
                 "-o", folder)
    assert done.returncode == 0, done.stderr
    return folder


def without_run(value):
    return {key: part for key, part in value.items() if key not in ("run", "sources")}


def test_a_simulation_has_the_numbers_and_files_of_the_command_line(server, tariff_file):
    answer = server.answer("POST", "/api/simulate",
                           {"content": {**TARIFF, "model": {"n_draws": 60}}})
    told = json.loads((tariff_file / "result.json").read_text())
    assert answer["certified"] and without_run(answer["value"]) == without_run(told)
    for name in ("key_results.csv", "revenue.csv", "trade.csv", "drivers.csv"):
        _, headers, content = server.get(f"/api/results/{answer['id']}/files/{name}")
        assert content == (tariff_file / name).read_bytes()
        assert headers["Content-Disposition"] == f'attachment; filename="{name}"'


def test_a_solve_has_the_numbers_of_the_command_line(server, tmp_path):
    done = altyn("simulate", ROOT / "cases/eaeu/common-tariff-plus-5.toml", "--n-draws", "0", "-q",
                 "-o", tmp_path)
    assert done.returncode == 0
    told = json.loads((tmp_path / "result.json").read_text())
    asked = server.answer("POST", "/api/solve", {"content": TARIFF, "flows": True})
    # Sources of income take many solves and are told by the whole study alone.
    shared = {name: told["tables"][name] for name in asked["result"]["tables"]}
    assert asked["result"]["tables"] == shared and {"economies", "revenue", "pairs"} <= set(shared)
    assert asked["result"]["summary"] == told["summary"]
    incomes = {row[0]: row[2] for row in told["tables"]["economies"]["rows"]}
    assert dict(zip(asked["economies"], asked["real_income"])) == incomes
    n = len(asked["economies"])
    assert len(asked["flows"]["full_musd"]) == n * n


def test_what_the_engine_says_is_put_in_russian_and_kazakh(server):
    def said(language, *texts):
        return server.answer("POST", "/api/translate",
                             {"language": language, "texts": list(texts)})["texts"]
    # Every name and sentence of an answer, and of an error, has a form; sources keep their words.
    asked = server.answer("POST", "/api/solve", {"content": TARIFF})["result"]
    table = asked["tables"]["assumptions"]
    names = [row[0] for row in table["rows"]] + asked["summary"] + [table["title"], asked["about"]]
    names += [block["name"] for one in asked["certificates"] for block in one["blocks"]]
    names += [block["measure"] for one in asked["certificates"] for block in one["blocks"]
              if block["measure"] != "|ln|"]
    _, _, wrong = server.post("/api/solve", {"content": {"scenario": {"name": "x"}}})
    names += [wrong["error"]["what"], wrong["error"]["why"]]
    for language in ("ru", "kk"):
        found = said(language, *names)
        assert [name for name, one in zip(names, found) if name == one] == []
    assert said("ru", "trade elasticity", "KAZ", "no such sentence") == [
        "эластичность торговли", "KAZ", "no such sentence"]
    refused(server.post("/api/translate", {"language": "fr", "texts": []}), 400, "bad-parameter")
    refused(server.post("/api/translate", {"language": "ru", "texts": [1]}), 400, "bad-json")
    refused(server.post("/api/translate", {"language": "ru", "texts": [""] * 401}), 400, "bad-json")


@pytest.mark.parametrize("name", ["agreement", "union", "regions", "best-tariffs"])
def test_a_solve_of_many_sectors_has_the_numbers_of_the_command_line(server, tmp_path, name):
    file = ROOT / f"cases/examples/three-economies/{name}.toml"
    done = altyn("simulate", file, "--n-draws", "0", "-q", "-o", tmp_path)
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "result.json").read_text())
    bundled = next(one for one in server.answer("GET", "/api/catalogue")["scenarios"]
                   if one["id"] == f"three-economies-{name}")
    by_name = {"scenario": {"name": "x", "extends": bundled["id"]}}
    for content in (bundled["resolved"], by_name):
        asked = server.answer("POST", "/api/solve", {"content": content, "flows": True})
        incomes = {row[0]: row[2] for row in told["tables"]["economies"]["rows"]}
        assert dict(zip(asked["economies"], asked["real_income"])) == incomes
        for table in ("economies", "revenue", "pairs"):
            assert (asked["result"]["tables"][table]["rows"]
                    == told["tables"][table]["rows"]), table
        assert [one["sector"] for one in asked["sectors"]] == ["food", "machines", "services"]


def test_the_parts_of_real_income_add_up(server):
    import math
    asked = server.answer("POST", "/api/solve", {"content": TARIFF})
    for k, change in enumerate(asked["real_income"]):
        parts = sum(part["log_change"][k] for part in asked["decomposition"])
        # The parts are exact identities; what is left is rounding of sums of four terms.
        assert abs(parts - math.log1p(change)) < 1e-9


def test_a_half_phased_change_does_less_and_none_does_nothing(server):
    def kazakhstan(share):
        asked = server.answer("POST", "/api/solve",
                              {"content": {**TARIFF, "model": {"phase_in": share}}})
        return asked["real_income"][asked["economies"].index("KAZ")]
    full, half, none = kazakhstan(1.0), kazakhstan(0.5), kazakhstan(0.0)
    assert abs(none) < 1e-9 < abs(half) < abs(full)


def test_a_check_has_the_numbers_of_the_command_line(server, tmp_path):
    done = altyn("check", ROOT / "cases/eaeu/lavrov-2017.toml", "-q", "-o", tmp_path)
    assert done.returncode == 0
    told = json.loads((tmp_path / "result.json").read_text())
    first = server.answer("GET", "/api/first")
    assert without_run(first["value"]) == without_run(told)
    again = server.answer("POST", "/api/check", {"content": {"claim": "lavrov-2017"}})
    assert again["cached"] and again["value"] == first["value"]
    report = server.ask("POST", "/api/report", {"kind": "check", "content": {"claim": "lavrov-2017"}})
    assert report[0] == 200 and b"__ALTYN_RESULT__" not in report[2] and len(report[2]) > 100000


def test_every_sentence_of_a_check_has_its_kazakh(server):
    value = server.answer("GET", "/api/first")["value"]
    verdict, claim = value["verdict"], value["claim"]
    texts = [value["title"], claim["strength"], claim["agreement_name"],
             value["synthesis"]["sentence"], *verdict["summary"], *verdict["would_change"],
             *verdict["confidence"]["reasons"],
             *(verdict[side][key] for side in ("number", "cause")
               for key in ("label", "sentence", "rule"))]
    for line in value["lines"]:
        texts += [line[key] for key in ("title", "question", "finding", "limits", "controls")]
    texts += [method["text"] for method in value["methods"]]
    for table in value["tables"].values():
        texts += [table["title"], table["note"], *(column["label"] for column in table["columns"])]
    texts = [text for text in dict.fromkeys(texts) if text]
    said = server.answer("POST", "/api/translate", {"language": "kk", "texts": texts})["texts"]
    # The page names economies; terms of mathematics and of sources stay in Latin letters.
    named = "|".join(re.escape(one["name"]) for one in
                     server.answer("GET", "/api/catalogue")["economies"])
    kept = "Brent|Comtrade|ETWFE|theta|percent_effect|beta|Rosstat|flag"
    for english, kazakh in zip(texts, said):
        assert not re.search("[A-Za-z]{4,}", re.sub(f"\\b({named}|{kept})\\b", "", kazakh)), kazakh


def test_an_estimate_has_the_numbers_of_the_command_line(server, tmp_path):
    path = tmp_path / "table.json"
    done = altyn("estimate", "--data", "world_trade", "--agreements", "EAEU",
                 ESTIMATE["estimate"]["formulas"][0], "--cluster", "exporter^importer", "-q",
                 "-o", path)
    assert done.returncode == 0, done.stderr
    answer = server.answer("POST", "/api/estimate", {"content": ESTIMATE})
    assert answer["value"] == json.loads(path.read_text())


def test_an_article_is_read_and_checked(server):
    text = (ROOT / "cases" / "examples" / "article-en.txt").read_text()
    answer = server.answer("POST", "/api/article", {"content": {"claim": {"text": text}}})
    assert answer["value"]["schema"] == "altyn.claims/1" and answer["value"]["claims"]


@pytest.mark.parametrize("kind", ["data_import", "agreements", "read_table", "corridors", "nothing"])
def test_studies_that_are_not_served_are_refused(server, kind):
    refused(server.post("/api/report", {"kind": kind, "content": {}}), 400, "unknown-study")
    assert kind not in server.answer("GET", "/api/catalogue")["options"]


def test_a_data_check_has_its_findings(server):
    answer = server.answer("POST", "/api/data_check", {"content": {"data": {"table": "world_trade"}}})
    assert answer["value"]["findings"] and answer["text"]


def test_shares_of_regions_have_the_numbers_and_files_of_the_command_line(server, tmp_path):
    assert altyn("regions", "share", "RUS:KAZ", "--says", "70", "-o", tmp_path, "-q").returncode == 0
    told = json.loads((tmp_path / "result.json").read_text())
    answer = server.answer("POST", "/api/regions", {"content": {
        "pair": {"first": "RUS", "second": "KAZ"}, "options": {"figure": 0.7}}})
    assert without_run(answer["value"]) == without_run(told)
    for name in ("shares.csv", "pairs.csv", "report.ru.md"):
        file = server.answer("GET", f"/api/results/{answer['id']}/files/{name}")
        assert file == (tmp_path / name).read_bytes(), name
    regions = server.answer("GET", "/api/catalogue")["regions"]
    assert ["KAZ", "RUS"] in regions["pairs"] and "MNG" in regions["economies"]


def test_toml_goes_both_ways(server):
    for scenario in server.answer("GET", "/api/catalogue")["scenarios"]:
        text = server.answer("POST", "/api/toml/write", {"content": scenario["resolved"]})["toml"]
        back = server.answer("POST", "/api/toml/read", {"toml": text})["content"]
        assert back == scenario["resolved"], scenario["id"]
    error = refused(server.post("/api/toml/read", {"toml": "[scenario\n"}), 422, "bad-toml")
    assert error["line"] == 1 and error["column"] >= 1


# Streams

def test_a_stream_tells_progress_and_ends_with_the_same_result(server, tariff_file):
    body = {"content": {**TARIFF, "model": {"n_draws": 120}}}
    events = server.events("/api/simulate", body)
    names = [name for name, _ in events]
    assert names[-1] == "result" and names.count("result") == 1
    assert "progress" in names and "partial" in names
    partial = next(value for name, value in events if name == "partial")
    assert 0 < partial["n_draws"] < 120 and len(partial["real_income"]["low"]) == 82
    assert server.answer("POST", "/api/simulate", body)["value"] == events[-1][1]["value"]


def test_a_stream_ends_with_the_error_in_words(server):
    body = {"content": {"scenario": {"name": "x", "extends": "nothing-like-it"}}}
    (name, value), = server.events("/api/simulate", body)
    assert name == "error" and value["error"]["code"] == "not-on-the-shelf"


def test_a_client_that_leaves_ends_its_work(server):
    server.answer("GET", "/api/first")
    assert server.until_idle()
    slow = {"content": {**TARIFF, "model": {"n_draws": 5000}}, "seed": 11}
    seen = server.events("/api/simulate", slow, stop_after=1)
    assert seen
    # 5,000 draws take many seconds; nobody waits for them any more.
    assert server.until_idle(seconds=5)
    connection = server.socket()
    text = json.dumps({**slow, "seed": 12})
    connection.sendall((f"POST /api/simulate HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: "
                        f"application/json\r\nContent-Length: {len(text)}\r\n\r\n{text}").encode())
    time.sleep(0.3)
    assert server.answer("GET", "/api/health")["working"] > 0
    connection.close()
    assert server.until_idle(seconds=5)


# What it refuses

@pytest.mark.parametrize("body,status,code", [
    ("not json", 400, "bad-json"),
    ("[1, 2]", 400, "bad-json"),
    ("{}", 400, "missing-key"),
    ('{"content": 5}', 400, "missing-key"),
    ('{"content": {"scenario": 5}}', 400, "bad-json"),
    ('{"content": {}, "else": 1}', 400, "unknown-key"),
    ('{"content": ' + "[" * 100 + "]" * 100 + "}", 400, "bad-json"),
    ('{"content": {"scenario": {"name": "x", "theta": 5}}}', 422, "unknown-key"),
    ('{"content": {"scenario": {"name": "x"}}}', 422, "no-changes"),
    ('{"content": {"scenario": {"name": {"a": 1}}}}', 422, None),
    ('{"content": {"model": {"theta": 1e999}}}', 400, "bad-json"),
])
def test_wrong_bodies_are_refused_in_words(server, body, status, code):
    answer = server.ask("POST", "/api/solve", body, {"Content-Type": "application/json"})
    assert answer[0] == status, answer
    assert code is None or answer[2]["error"]["code"] == code, answer


def test_an_error_in_a_formula_names_its_character(server):
    content = {"estimate": {"data": "world_trade", "formulas": ["trade ~ | exporter^"]}}
    error = refused(server.post("/api/estimate", {"content": content}), 422, "formula-syntax")
    assert error["column"] >= 1


def test_too_many_draws_are_refused(server):
    content = {**TARIFF, "model": {"n_draws": 100000}}
    refused(server.post("/api/simulate", {"content": content}), 422, "too-many-draws")


PLACES = [("check", {"claim": {"file": "NAME"}}), ("check", {"claim": "NAME"}),
          ("check", {"claim": "lavrov-2017", "data": {"world": "NAME"}}),
          ("check", {"claim": "lavrov-2017", "data": {"cases": "NAME"}}),
          ("check", {"claim": "lavrov-2017", "data": {"monthly": ["RUS=NAME"]}}),
          ("check", {"claim": "lavrov-2017", "data": {"prices": ["Brent=NAME"]}}),
          ("check", {"claim": "lavrov-2017", "data": {"literature": ["EAEU=NAME"]}}),
          ("check", {"claim": "lavrov-2017", "data": {"statements": "NAME"}}),
          ("check", {"claim": "lavrov-2017", "data": {"agreements": ["NAME"]}}),
          ("estimate", {"estimate": {"data": "NAME", "formulas": ["trade ~ 1"]}}),
          ("estimate", {"estimate": {"data": "NAME", "formulas": ["trade ~ eaeu"]},
                        "options": {"memory_limit_gb": 1.0}}),
          ("estimate", {**ESTIMATE, "estimate": {**ESTIMATE["estimate"], "join": ["NAME"]}}),
          ("estimate", {**ESTIMATE, "estimate": {**ESTIMATE["estimate"],
                                                 "agreement_files": ["NAME"]}}),
          ("estimate", {**ESTIMATE, "follow_up": {"predictions": "p.csv", "predict_on": "NAME"}}),
          ("simulate", {"scenario": {"name": "x", "extends": "NAME"}}),
          ("simulate", {"scenario": {**TARIFF["scenario"], "versus": "NAME"}}),
          ("simulate", {**TARIFF, "world": {"trade": "NAME"}}),
          ("simulate", {**TARIFF, "world": {"gdp": "NAME"}}),
          ("simulate", {**TARIFF, "world": {"agreements": ["NAME"]}}),
          ("simulate", {"scenarios": ["NAME"]}),
          ("simulate", {"scenario": {"name": "x"}, "sectors": {"trade": "NAME",
                                                               "elasticities": "NAME"}}),
          ("regions", {"pair": {"first": "RUS", "second": "KAZ"}, "data": {"regions": "NAME"}}),
          ("regions", {"pair": {"first": "RUS", "second": "KAZ"}, "data": {"borders": "NAME"}}),
          ("regions", {"pair": {"first": "RUS", "second": "KAZ"}, "data": {"cases": "NAME"}}),
          ("data_check", {"data": {"table": "NAME"}}),
          ("data_check", {"data": {"table": "world_trade", "compare_with": "NAME"}})]


@pytest.mark.parametrize("kind,content", PLACES, ids=lambda value: str(value)[:60])
def test_no_path_in_a_study_is_opened(server, tmp_path, kind, content):
    for name in (str(ROOT / "cases/tables/gdp.csv.gz"), "/etc/passwd", "cases/tables/gdp.csv.gz",
                 "../cases/eaeu/no-union.toml"):
        asked = json.loads(json.dumps(content).replace("NAME", name))
        refused(server.post(f"/api/{kind}", {"content": asked}), 422, "not-on-the-shelf")


def test_no_error_tells_where_files_lie(server):
    answer = server.post("/api/simulate",
                         {"content": {**TARIFF, "scenario": {**TARIFF["scenario"],
                                                             "versus": "uzbekistan-joins"},
                                      "tariff": [{"name": "x", "importer": ["EAEU"],
                                                  "rate_pct": 5.0}]}})
    assert answer[0] == 422 and str(ROOT) not in json.dumps(answer[2])


# Who is let in

def test_another_host_is_refused(server):
    for host in ("evil.example", f"evil.example:{server.port}", "127.0.0.1:1", "", "127.0.0.1"):
        refused(server.get("/api/health", headers={"Host": host}), 403, "wrong-host")
    for host in (f"localhost:{server.port}", f"127.0.0.1:{server.port}", f"[::1]:{server.port}"):
        assert server.get("/api/health", headers={"Host": host})[0] == 200
    two = (f"GET /api/health HTTP/1.1\r\nHost: {server.host}\r\nHost: {server.host}\r\n"
           "Connection: close\r\n\r\n")
    assert b" 403 " in server.raw(two.encode()).split(b"\r\n")[0]


def test_a_page_of_another_site_is_refused(server):
    for origin in ("http://evil.example", "null", f"http://127.0.0.1:{server.port + 1}"):
        refused(server.post("/api/solve", {"content": TARIFF}, headers={"Origin": origin}), 403,
                "wrong-origin")
    refused(server.get("/api/health", headers={"Sec-Fetch-Site": "cross-site"}), 403,
            "wrong-origin")
    own = {"Origin": f"http://{server.host}", "Sec-Fetch-Site": "same-origin"}
    assert server.post("/api/solve", {"content": TARIFF}, headers=own)[0] == 200
    link = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert server.get("/", headers=link)[0] == 200


def test_a_form_of_another_site_cannot_post(server):
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None):
        headers = {"Content-Type": kind} if kind else {}
        refused(server.ask("POST", "/api/solve", json.dumps({"content": TARIFF}), headers), 415,
                "wrong-media-type")


def test_other_addresses_need_a_token(server):
    done = altyn("serve", "--host", "0.0.0.0", "--port", "0")
    assert done.returncode == 1 and "error[no-token]" in done.stderr
    done = altyn("serve", "--token", "short", "--port", "0")
    assert done.returncode == 1 and "error[bad-token]" in done.stderr
    done = altyn("serve", "--port", server.port)
    assert done.returncode == 1 and "error[port-taken]" in done.stderr


def test_the_token_opens_everything_and_nothing_else_does():
    token = "0123456789abcdef-test"
    with Server("--token", token) as guarded:
        assert guarded.address.endswith(f"/?token={token}")
        for headers in ({}, {"Authorization": "Bearer wrong"}, {"Cookie": "altyn_token=wrong"},
                        {"Authorization": token}):
            refused(guarded.get("/api/health", headers=headers), 401, "no-token")
        refused(guarded.get("/"), 401, "no-token")
        refused(guarded.get(f"/api/health?token={token}"), 401, "no-token")
        status, headers, _ = guarded.get(f"/?token={token}")
        assert status == 303 and headers["Location"] == "/"
        cookie = headers["Set-Cookie"]
        assert "HttpOnly" in cookie and "SameSite=Strict" in cookie
        held = {"Cookie": cookie.split(";")[0]}
        assert guarded.get("/", headers=held)[0] == 200
        assert guarded.get("/api/health", headers=held)[0] == 200
        bearer = {"Authorization": f"Bearer {token}"}
        assert guarded.get("/api/health", headers=bearer)[0] == 200


# Uploads

def own_table():
    rows = ["exporter,importer,year,trade_musd"]
    codes = ["ARM", "BLR", "KAZ", "KGZ", "RUS", "DEU"]
    for i, a in enumerate(codes):
        for k, b in enumerate(codes):
            if a != b:
                rows.append(f"{a},{b},2016,{100 + 17 * i + 5 * k}")
    return "\n".join(rows) + "\n"


def upload(server, name, data, headers=None):
    return server.ask("POST", f"/api/tables?name={name}", data,
                      {"Content-Type": "application/octet-stream", **(headers or {})})


def test_an_upload_belongs_to_its_session_alone(server):
    status, headers, about = upload(server, "mine.csv", own_table())
    assert status == 201 and about["n_rows"] == 30
    mine = {"Cookie": headers["Set-Cookie"].split(";")[0]}
    study = {"content": {"data": {"table": "mine.csv"}}}
    assert server.post("/api/data_check", study, headers=mine)[0] == 200
    refused(server.post("/api/data_check", study), 422, "not-on-the-shelf")
    refused(server.get("/api/tables/mine.csv"), 404, "not-on-the-shelf")
    assert len(server.answer("GET", "/api/tables/mine.csv?rows=3", headers=mine)["rows"]) == 3
    world = server.answer("GET", "/api/world?trade=mine.csv", headers=mine)
    assert [one["code"] for one in world["economies"]] == ["ARM", "BLR", "DEU", "KAZ", "KGZ", "RUS"]
    solved = server.answer("POST", "/api/solve",
                           {"content": {"scenario": {"name": "x"}, "world": {"trade": "mine.csv"},
                                        "change": [{"name": "c", "what": "border_cost",
                                                    "from": ["KAZ"], "with": ["RUS"],
                                                    "by_pct": 5.0}]}}, headers=mine)
    assert solved["certified"] and len(solved["economies"]) == 6
    assert [t["name"] for t in server.answer("GET", "/api/tables", headers=mine)["uploaded"]] == [
        "mine.csv"]
    # A second table under the name is another table, and nothing of the first is remembered.
    changed = own_table().replace(",117\n", ",9117\n")
    assert upload(server, "mine.csv", changed, mine)[0] == 201
    assert server.ask("DELETE", "/api/tables/mine.csv", headers=mine)[0] == 204
    refused(server.ask("DELETE", "/api/tables/mine.csv", headers=mine), 404, "no-such-table")


def sector_table(years=(2019,)):
    rows = ["exporter,importer,sector,year,value,tariff"]
    for year in years:
        for k, sector in enumerate(["grain", "tools, all"]):
            for i, a in enumerate("ABC"):
                for j, b in enumerate("ABC"):
                    value = 400 + 30 * k if a == b else (year - 2000) * (1 + i + 2 * j + k)
                    rows.append(f'{a},{b},{sector!r},{year},{value},{0.1 * (a != b)}')
    return "\n".join(rows).replace("'", '"') + "\n"


def test_a_table_with_sectors_is_a_world_of_many(server, tmp_path):
    status, headers, about = upload(server, "mine.csv", sector_table((2018, 2019)))
    assert status == 201, about
    mine = {"Cookie": headers["Set-Cookie"].split(";")[0]}
    tables = {"mine.csv": sector_table((2018, 2019)),
              "uses.csv": 'economy,input,output,value\nA,grain,"tools, all",40\n',
              "theta.csv": 'sector,theta,log_sd\ngrain,6,0.2\n"tools, all",4,0.2\n'}
    for name in ("uses.csv", "theta.csv"):
        assert upload(server, name, tables[name], mine)[0] == 201
    status, _, world = server.get("/api/world?trade=mine.csv", headers=mine)
    assert status == 200, world
    assert world["sectors"] == ["grain", "tools, all"] and world["years"] == [2018, 2019]
    assert world["tables"] == {"trade": "mine.csv", "theta": 5.0} and world["year"] == 2019
    asked = "/api/world?trade=mine.csv&year=2018&inputs=uses.csv&elasticities=theta.csv"
    status, _, whole = server.get(asked, headers=mine)
    assert status == 200 and whole["tables"] == {
        "trade": "mine.csv", "year": 2018, "intermediate_use": "uses.csv",
        "elasticities": "theta.csv"}
    assert whole["economies"][0]["gdp_musd"] < world["economies"][0]["gdp_musd"]
    assert whole["notes"] == ["Value added is what sales leave after inputs."]

    scenario = {"scenario": {"name": "page"}, "sectors": whole["tables"],
                "change": [{"name": "rule", "what": "tariff", "importer": ["A"], "exporter": ["B"],
                            "sector": ["tools, all"], "formula": "set", "rate_pct": 0}]}
    study = {"content": scenario, "flows": True}
    status, _, solved = server.post("/api/solve", study, headers=mine)
    assert status == 200 and solved["certified"], solved
    # The file that the page writes gives the command line the same numbers.
    toml = server.answer("POST", "/api/toml/write", {"content": scenario})["toml"]
    assert server.answer("POST", "/api/toml/read", {"toml": toml})["content"] == scenario
    for name, text in tables.items():
        (tmp_path / name).write_text(text)
    (tmp_path / "page.toml").write_text(toml)
    done = altyn("simulate", tmp_path / "page.toml", "--n-draws", "0", "-q", "-o", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    told = json.loads((tmp_path / "out/result.json").read_text())["tables"]["economies"]["rows"]
    assert solved["result"]["tables"]["economies"]["rows"] == told
    changed = {one["sector"]: one["imports"]["after"][0] - one["imports"]["before"][0]
               for one in solved["sectors"]}
    assert changed["tools, all"] > 0 > changed["grain"]

    refused(server.get("/api/world?trade=mine.csv&year=1999", headers=mine), 422, "no-such-year")
    refused(server.get("/api/world?trade=mine.csv", headers={}), 422, "not-on-the-shelf")
    upload(server, "much.csv", 'economy,input,output,value\nA,grain,grain,9e9\n', mine)
    refused(server.get("/api/world?trade=mine.csv&inputs=much.csv", headers=mine), 422,
            "inputs-above-sales")


def test_names_and_contents_of_uploads_are_checked(server):
    for name in ("../x.csv", "x", "x.exe", ".csv", "a/b.csv", "x.csv.sh", "-x.csv", "x" * 80 + ".csv"):
        refused(upload(server, name.replace("/", "%2F"), "a,b\n1,2\n"), 422, "bad-name")
    for data in ("", "\0\1\2", "a,b\n1\n2,3,4\n"):
        assert upload(server, "x.csv", data)[0] == 422


# What it survives

def test_long_bodies_are_refused_and_memory_stays(server):
    server.answer("GET", "/api/first")
    before = server.memory_mb()
    for path, kind in (("/api/solve", "application/json"),
                       ("/api/tables?name=x.csv", "application/octet-stream")):
        connection = server.socket()
        connection.sendall((f"POST {path} HTTP/1.1\r\nHost: {server.host}\r\nContent-Type: {kind}"
                            f"\r\nContent-Length: {100 << 20}\r\n\r\n").encode())
        piece = b"x" * (1 << 20)
        try:
            for _ in range(100):
                connection.sendall(piece)
        except OSError:
            pass  # the server has said what it thinks of it and closed
        connection.settimeout(5)
        try:
            assert b" 413 " in connection.recv(65536).split(b"\r\n")[0]
        except ConnectionResetError:
            pass
        connection.close()
        assert server.get("/api/health")[0] == 200
    assert server.memory_mb() < before + 50


@pytest.mark.parametrize("data", [
    b"\x00\x01\x02\x03" * 1000, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", b"POST /api/solve HTTP/1.1\r\n" * 50,
    b"GET /" + b"a" * 100000 + b" HTTP/1.1\r\n\r\n",
    b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 20000 + b"\r\n",
    b"POST /api/solve HTTP/1.1\r\nHost: HOST\r\nContent-Length: -5\r\n\r\n",
    b"POST /api/solve HTTP/1.1\r\nHost: HOST\r\nContent-Length: 99999999999999999999\r\n\r\n",
    b"POST /api/solve HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /api/solve HTTP/1.1\r\nHost: HOST\r\nContent-Type: application/json\r\n"
    b"Transfer-Encoding: chunked\r\n\r\nffffffff\r\n" + b"x" * 1000,
    b"GET /api/health HTTP/1.1\r\nHost: HOST\r\nContent-Length: 5\r\n\r\nGET /",
], ids=lambda data: data[:30].decode("latin-1").replace("\r\n", " "))
def test_garbage_is_refused_and_the_next_is_served(server, data):
    answer = server.raw(data.replace(b"HOST", server.host.encode()))
    assert answer == b"" or answer.split(b"\r\n")[0].split()[1].startswith(b"4"), answer[:200]
    assert server.get("/api/health")[0] == 200


def test_half_open_connections_are_closed_and_do_not_hinder():
    with Server() as running:
        running.answer("GET", "/api/first")
        silent = [running.socket() for _ in range(100)]
        halves = [running.socket() for _ in range(60)]
        for one in halves:
            one.sendall(b"GET /api/health HTTP/1.1\r\nHost: x")
        begun = time.monotonic()
        assert running.post("/api/solve", {"content": TARIFF})[0] == 200
        # Far below the time after which silence is punished: nobody waited for the others.
        assert time.monotonic() - begun < 4.0
        for one in halves:
            one.settimeout(15)
            assert one.recv(1024) == b"" or True
        for one in silent + halves:
            one.close()
        assert running.get("/api/health")[0] == 200


def test_too_many_connections_are_told_to_come_back():
    with Server() as running:
        crowd = [running.socket() for _ in range(300)]
        for one in crowd:
            one.sendall(b"GET /api/health HTTP/1.1\r\nHost: " + running.host.encode() + b"\r\n")
        time.sleep(0.5)
        answers = []
        for one in crowd[256:]:
            one.settimeout(10)
            try:
                answers.append(one.recv(4096).split(b"\r\n")[0])
            except OSError:
                answers.append(b"")
        assert any(b" 429 " in answer for answer in answers), answers
        for one in crowd:
            one.close()
        end = time.monotonic() + 15
        while time.monotonic() < end:
            try:
                if running.get("/api/health", timeout=5)[0] == 200:
                    return
            except OSError:
                pass
            time.sleep(0.2)
        pytest.fail("the server did not recover")


def test_too_much_work_is_refused_with_429_and_a_time_to_come_back():
    with Server("--threads", "1") as running:
        running.answer("GET", "/api/first")
        # More long runs than there are places and seats in the queue; those refused are told so at
        # once, while the first still work.
        body = {"content": {**TARIFF, "model": {"n_draws": 400}}}

        def run(seed):
            return running.post("/api/simulate", {**body, "seed": seed})
        with concurrent.futures.ThreadPoolExecutor(40) as pool:
            answers = list(pool.map(run, range(40)))
        statuses = {answer[0] for answer in answers}
        assert statuses == {200, 429}
        for status, headers, content in answers:
            if status == 429:
                assert int(headers["Retry-After"]) >= 1
                assert content["error"]["code"] == "too-busy"


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_gracefully_in_the_middle_of_work(how):
    with Server() as running:
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            slow = pool.submit(running.post, "/api/simulate",
                               {"content": {**TARIFF, "model": {"n_draws": 5000}}, "seed": 5})
            time.sleep(1.0)
            assert running.stop(how) == 0
            status, _, content = slow.result(timeout=10)
            assert status == 503 and content["error"]["code"] == "cancelled"
