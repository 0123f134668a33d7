import FakePhone
import Testing

struct ScenarioParsingTests {
    private static let cast = "cast: { laptop: browser, alice: { phone: alice } }\n"

    private func error(_ yaml: String) -> String? {
        do {
            _ = try Scenario(yaml: yaml, file: "f.yaml")
            return nil
        } catch {
            return error.description
        }
    }

    @Test(
        arguments: [
            ("", "f.yaml:1:1: the file is empty"),
            ("- a", "f.yaml:1:1: a scenario must be a mapping (key: value), not a list"),
            ("steps: []", "f.yaml:1:1: a scenario needs 'cast'"),
            ("cast: { a: browser }", "f.yaml:1:1: a scenario needs 'steps'"),
            (
                "cast: { a: browser }\nstpes: []\nsteps: []",
                "f.yaml:2:1: a scenario has no 'stpes'; it knows about, "
                    + "adversary, alone, cast, limit_s, name, needs, repeat, server, steps, vars, version"
            ),
            ("cast: { a: browser }\nsteps: []", "f.yaml:2:8: steps must not be empty"),
            (
                "cast: { a: tablet }\nsteps: []",
                "f.yaml:1:12: a must be 'browser', '{ phone: PERSON }', "
                    + "'{ tab_of: BROWSER }' or 'website', not 'tablet'"
            ),
            (
                "cast: { my-shop: website }\nsteps: []",
                "f.yaml:1:18: a website's name must be of small letters and digits, not 'my-shop'"
            ),
            (
                "cast: { wechat: browser }\nsteps: []",
                "f.yaml:1:9: 'wechat' is the mock and always there"
            ),
            (
                "cast: { a: { phone: ../b } }\nsteps: []",
                "f.yaml:1:12: '../b' is no name of a person at the mock"
            ),
            (
                "cast: { a: browser, a: browser }\nsteps: []",
                "f.yaml:1:21: 'a' is there twice"
            ),
            (
                "cast: { a: browser }\nsteps:\n  - a: open\n    # a: x\n    tries: 2\n    "
                    + "expect: refused\n    'tries': 3\n",
                "f.yaml:7:5: 'tries' is there twice"
            ),
            (
                "cast:\n  a: browser\nsteps:\n  - a: open\nlimit_s: 3\nsteps:\n  - a: look\n",
                "f.yaml:6:1: 'steps' is there twice"
            ),
            (
                "cast: { a: browser }\nname: !!binary aGVsbG8=\nsteps: [{ a: open }]",
                "f.yaml:2:7: the tag 'tag:yaml.org,2002:binary' is no part of the language"
            ),
            (
                "cast: { a: browser }\nsteps: [{ a: open, tries: !seven 7 }]",
                "f.yaml:2:27: the tag '!seven' is no part of the language"
            ),
            (
                "needs: { scene_seconds_max: long }\ncast: { a: browser }\nsteps: []",
                "f.yaml:1:29: scene_seconds_max must be a whole number, not 'long'"
            ),
            ("a: [", "f.yaml:2:1: not YAML: did not find expected node content"),
        ])
    func `a file that is wrong at the top says where`(_ yaml: String, _ message: String) {
        #expect(error(yaml) == message)
    }

    @Test(
        arguments: [
            ("  - open", "f.yaml:3:5: a step must be a mapping (key: value), not 'open'"),
            ("  - laptpo: open", "f.yaml:3:5: 'laptpo' is not in the cast: laptop, alice, wechat"),
            (
                "  - laptop: fly",
                "f.yaml:3:13: laptop cannot 'fly'; it can open, renew, show, look, watch, "
                    + "reconnect, sees, saw, closed, reload, complete, cancel, session, logout, "
                    + "visit, resume, decline, leave, offline, online, ignore, replay, request"
            ),
            (
                "  - alice: fly",
                "f.yaml:3:12: alice cannot 'fly'; it can login, scan, confirm, double_tap, "
                    + "cancel, guess, fill, logins, revoke, background, foreground, offline, "
                    + "online, ignore, replay, request"
            ),
            (
                "  - wechat: fly",
                "f.yaml:3:13: wechat cannot 'fly'; it can advance, clock, fault, "
                    + "clear_faults, mark, asked, order, costs"
            ),
            ("  - alice: scan", "f.yaml:3:5: 'alice: scan' needs 'of'"),
            (
                "  - alice: scan\n    of: alice",
                "f.yaml:4:9: 'of' must name a browser of the cast, not 'alice'"
            ),
            (
                "  - alice: scan\n    of: laptop\n    hwo: camera",
                "f.yaml:5:5: 'alice: scan' has no 'hwo'; it knows attack, borrow, expect, "
                    + "forge, from, how, keep_body, may_fail, of, origin, picture, within_s"
            ),
            (
                "  - alice: scan\n    of: laptop\n    how: telepathy",
                "f.yaml:5:10: how must be one of camera, longpress, album; not 'telepathy'"
            ),
            (
                "  - alice: confirm\n    after_ms: soon",
                "f.yaml:4:15: after_ms must be a whole number, not 'soon'"
            ),
            (
                "  - alice: confirm\n    after_ms: \"800\"",
                "f.yaml:4:15: after_ms must be a whole number, not '800'"
            ),
            (
                "  - alice: confirm\n    after_ms: -1",
                "f.yaml:4:15: after_ms must be from 0 to 600000, not -1"
            ),
            ("  - laptop: sees", "f.yaml:3:5: 'laptop: sees' needs 'state'"),
            (
                "  - laptop: sees\n    state: done",
                "f.yaml:4:12: state must be one of created, scanned, confirmed, cancelled, "
                    + "expired, superseded; not 'done'"
            ),
            (
                "  - laptop: sees\n    state:",
                "f.yaml:4:11: state must be a text, not nothing"
            ),
            (
                "  - laptop: saw\n    states: created",
                "f.yaml:4:13: states must be a list (- …), not 'created'"
            ),
            (
                "  - laptop: complete\n    expect: 200",
                "f.yaml:4:13: expect must be a mapping (key: value), not '200'"
            ),
            (
                "  - laptop: complete\n    expect: { stauts: 200 }",
                "f.yaml:4:15: expect has no 'stauts'; it knows body_as, data, "
                    + "data_has, error, headers, lacks, no_answer, redirect, refused, retry_after, state, "
                    + "status, user, warnings"
            ),
            (
                "  - laptop: complete\n    expect: { user: bob }",
                "f.yaml:4:21: 'user' must name a phone of the cast, not 'bob'"
            ),
            (
                "  - laptop: complete\n    expect: { body_as: x }",
                "f.yaml:4:24: no earlier step has 'keep_body: x'"
            ),
            (
                "  - laptop: complete\n    expect: { retry_after: maybe }",
                "f.yaml:4:28: retry_after must be true or false, not 'maybe'"
            ),
            (
                "  - laptop: request\n    path: /x\n    method: GET X",
                "f.yaml:5:13: method must be an HTTP method, not 'GET X'"
            ),
            (
                "  - laptop: request\n    path: \"/x\\r\\nHost: evil\"",
                "f.yaml:4:11: path must be of ASCII without blanks or breaks, "
                    + "not '/x\\r\\nHost: evil'"
            ),
            (
                "  - laptop: request\n    path: x",
                "f.yaml:4:11: path must begin with '/', not 'x'"
            ),
            (
                "  - laptop: request\n    path: /x\n    fields: { X-A: \"1\\r\\nX-B: 2\" }",
                "f.yaml:5:20: X-A must be one line, not '1\\r\\nX-B: 2'"
            ),
            (
                "  - laptop: request\n    path: /x\n    fields: { X A: 1 }",
                "f.yaml:5:15: a name in fields must be the name of a header field, not 'X A'"
            ),
            (
                "  - laptop: open\n    origin: \"https://a\\nb\"",
                "f.yaml:4:13: origin must be of ASCII without blanks or breaks, not 'https://a\\nb'"
            ),
            (
                "  - laptop: open\n    expect: { headers: { X A: true } }",
                "f.yaml:4:26: a header field must be the name of a header field, not 'X A'"
            ),
            (
                "  - laptop: open\n    forge: { a: -.INF }",
                "f.yaml:4:17: -.INF is no value that JSON knows"
            ),
            (
                "  - wechat: fault\n    endpoint: /x\n    probability: inf",
                "f.yaml:5:18: probability must be a number, not 'inf'"
            ),
            (
                "  - wechat: fault\n    endpoint: /x\n    probability: 1.5",
                "f.yaml:5:18: probability must be from 0.0 to 1.0, not 1.5"
            ),
            (
                "  - laptop: replay\n    of: alice\n    only: session/x",
                "f.yaml:5:11: only must be one of avatar, cancel, complete, confirm, login, logins, "
                    + "logout, look, open, page, profile, revoke, scan, session; not 'session/x'"
            ),
            (
                "  - laptop: open\n    may_fail: true\n    expect: refused",
                "f.yaml:4:15: a step that may fail has nothing to expect"
            ),
            (
                "  - laptop: session\n    expect: { user: [alice, bob] }",
                "f.yaml:4:29: 'user' must name a phone of the cast, not 'bob'"
            ),
            (
                "  - wechat: fault\n    endpoint: /x\n    cut: sideways",
                "f.yaml:5:10: cut must be one of before_headers, mid_body, reset; not 'sideways'"
            ),
            (
                "  - laptop: show\n    expect: { status: 200 }",
                "f.yaml:4:5: 'laptop: show' has no 'expect'; it knows attack, within_s"
            ),
        ])
    func `a step that is wrong says where and what it should be`(
        _ step: String,
        _ message: String
    ) {
        #expect(error("\(Self.cast)steps:\n\(step)\n") == message)
    }

    @Test func `a scenario without a name takes its file's`() throws {
        let yaml = "\(Self.cast)steps:\n  - laptop: open\n"
        #expect(try Scenario(yaml: yaml, file: "a/b/night.yaml").name == "night")
    }

    @Test func `a fault goes to the mock under the names it has in the file`() throws {
        let scenario = try Scenario(
            yaml: """
                \(Self.cast)steps:
                  - wechat: fault
                    endpoint: /sns/jscode2session
                    errcode: -1
                    count: 2
                    after: 1
                    effect: after
                    cut: mid_body
                    probability: 0.5
                """,
            file: "f.yaml"
        )
        #expect(
            scenario.steps.map(\.sentence) == [
                "the mock gets a fault: "
                    + #"{"after":1,"count":2,"cut":"mid_body","effect":"after","#
                    + #""endpoint":"/sns/jscode2session","errcode":-1,"probability":0.5}"#
            ]
        )
    }

    @Test func `the defaults are a camera, a websocket and a person who reads`() throws {
        let scenario = try Scenario(
            yaml: """
                \(Self.cast)steps:
                  - laptop: open
                  - laptop: watch
                  - alice: scan
                    of: laptop
                  - alice: confirm
                """,
            file: "f.yaml"
        )
        #expect(
            scenario.played(in: .scanLogin).steps.map(\.sentence) == [
                "laptop opens an attempt", "laptop watches by websocket",
                "alice scans the picture of laptop by camera",
                "alice confirms 800 ms after the scan",
            ]
        )
    }

    @Test func `every wrong file of a folder is reported and nothing is returned`() {
        #expect(throws: ScenarioFiles.Failure.noSuchPath("no/such/folder")) {
            try ScenarioFiles.load(["no/such/folder"])
        }
    }
}
