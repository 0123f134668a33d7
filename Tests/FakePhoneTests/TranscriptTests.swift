import FakePhone
import Testing

struct TranscriptTests {
    private let failure = ScenarioResult.Failure(
        step: 2,
        sentence: "bob scans",
        line: 9,
        expected: "410",
        got: "200 <b>&",
        lastExchanges: [
            Exchange(
                from: "bob",
                to: "login-server",
                what: "POST /mp/scan",
                outcome: "200",
                milliseconds: 3,
                details: ["> {\"scene\":\"…\"}", "< {}"]
            )
        ]
    )

    private func result(_ name: String, _ outcome: ScenarioResult.Outcome) -> ScenarioResult {
        ScenarioResult(
            name: name,
            file: "s/\(name).yaml",
            outcome: outcome,
            steps: 2,
            duration: .milliseconds(1240),
            exchanges: []
        )
    }

    @Test func `an exchange is one line with who, what, status and time`() {
        let exchange = Exchange(
            from: "laptop",
            to: "login-server",
            what: "POST /attempt",
            outcome: "200",
            milliseconds: 12
        )
        let line = Transcript(hasColours: false).lines(for: .exchange(exchange))
        #expect(
            line == [
                "        laptop -> login-server      POST /attempt"
                    + "                                   200  12 ms"
            ]
        )
    }

    @Test func `steps are numbered`() {
        #expect(
            Transcript(hasColours: false).lines(for: .step(number: 3, sentence: "alice cancels"))
                == ["   3  alice cancels"]
        )
    }

    @Test func `a failure shows expected, got and the last exchanges`() {
        let lines = Transcript(hasColours: false)
            .lines(for: .ended(result("refused", .failed(failure))))
        #expect(
            lines == [
                "      FAILED at step 2, s/refused.yaml:9: bob scans",
                "        expected: 410",
                "        got:      200 <b>&",
                "        the last exchanges:",
                "          bob -> login-server  POST /mp/scan  200",
                "            > {\"scene\":\"…\"}",
                "            < {}",
                "",
            ]
        )
    }

    @Test func `the summary is a table and a count`() {
        let lines = Transcript(hasColours: false).summary([
            result("happy-path", .passed), result("refused", .failed(failure)),
            result("slow", .skipped("too slow")),
        ])
        #expect(
            lines == [
                "scenario    result   steps      time",
                "happy-path  passed       2     1.2 s",
                "refused     FAILED       2     1.2 s",
                "slow        skipped      2     1.2 s  too slow",
                "1 passed, 1 failed, 1 skipped",
            ]
        )
    }

    @Test func `colours are there only when asked for`() {
        let event = RunEvent.ended(result("a", .passed))
        #expect(Transcript(hasColours: true).lines(for: event)[0].contains("\u{1B}[32m"))
        #expect(!Transcript(hasColours: false).lines(for: event)[0].contains("\u{1B}"))
    }

    @Test func `JUnit counts and escapes`() {
        let report = JUnitReport([
            result("good", .passed), result("bad", .failed(failure)),
            result("slow", .skipped("a \"quote\"\u{1}")),
        ])
        #expect(
            report.xml == """
                <?xml version="1.0" encoding="UTF-8"?>
                <testsuites tests="3" failures="1" skipped="1" time="3.720">
                  <testsuite name="scenarios" errors="0" tests="3" failures="1" skipped="1" \
                time="3.720">
                    <testcase classname="scenarios" name="good" file="s/good.yaml" time="1.240"/>
                    <testcase classname="scenarios" name="bad" file="s/bad.yaml" time="1.240">
                      <failure message="step 2, line 9, bob scans: expected 410, got 200 \
                &lt;b&gt;&amp;">expected: 410
                got:      200 &lt;b&gt;&amp;
                the last exchanges:
                  bob -&gt; login-server  POST /mp/scan  200
                    &gt; {&quot;scene&quot;:&quot;…&quot;}
                    &lt; {}</failure>
                    </testcase>
                    <testcase classname="scenarios" name="slow" file="s/slow.yaml" time="1.240">
                      <skipped message="a &quot;quote&quot;?"/>
                    </testcase>
                  </testsuite>
                </testsuites>

                """
        )
    }
}
