import Testing

/// What no room does by itself: read a clock, roll dice, start work nobody waits for, print.
struct HabitTests {
    @Test func `no room below the programs reads a clock, rolls dice or prints`() throws {
        for folder in try ProjectTree.roomFolders() {
            let isProgram = HousePlan.room(folder.name)?.kind == .program
            for file in folder.files {
                let code = Habit.Code(of: file.text)
                for habit in Habit.all where habit.isForProgramsToo || !isProgram {
                    let exemption = Exemption.all.first {
                        $0.file == file.path && $0.habit == habit.name
                    }
                    let sightings = try habit.sightings(in: code)
                    #expect(
                        sightings.map(\.words) == exemption?.words ?? [],
                        "\(file.path): \(habit.name): \(sightings)"
                    )
                }
            }
        }
    }

    @Test func `every exemption is still needed`() throws {
        for exemption in Exemption.all {
            let habit = try #require(Habit.all.first { $0.name == exemption.habit })
            let code = Habit.Code(of: try ProjectTree.text(exemption.file))
            #expect(try habit.sightings(in: code).map(\.words) == exemption.words)
        }
    }

    @Test func `T1: the program gives the service the system's dice and no others`() throws {
        let files = try ProjectTree.swiftFiles(under: "Sources/login-server")
        let code = files.map { SwiftSource.code(of: $0.text) }.joined()
        #expect(Set(Self.diceGiven(in: code)) == ["SystemRandomNumberGenerator()"])
    }

    @Test func `T1: other dice for the service are noticed`() {
        #expect(
            Self.diceGiven(in: "Service(dice: Dice(SplitMix64(seed: 1)))") == [
                "SplitMix64(seed: 1)"
            ]
        )
        #expect(Self.diceGiven(in: "let dice = Dice(loaded)") == ["loaded"])
    }

    /// What `Dice` is made of in a piece of code.
    private static func diceGiven(in code: String) -> [String] {
        code.matches(of: #/\bDice\(((?:[^()]|\([^()]*\))*)\)/#).map { String($0.1) }
    }

    @Test(arguments: [
        ("clock", "let now = Date()"),
        ("clock", "let now = Date( )"),
        ("clock", "Date.now.timeIntervalSince1970"),
        ("clock", "Date(timeIntervalSinceNow: 3)"),
        ("clock", "let clock = ContinuousClock()"),
        ("clock", "try await Task.sleep(for: .seconds(1), clock: .continuous)"),
        ("clock", "let now = NIODeadline.now()"),
        ("clock", "wait(until: .now() + 3)"),
        ("clock", "clock_gettime(CLOCK_MONOTONIC, &spec)"),
        ("clock", "gettimeofday(&value, nil)"),
        ("clock", "let seconds = time(nil)"),
        ("clock", "time(&seconds)"),
        ("clock", "let ticks = clock()"),
        ("clock", "sleep(1)"),
        ("clock", "Thread.sleep(forTimeInterval: 1)"),
        ("clock", "ProcessInfo.processInfo.systemUptime"),
        ("clock", #"log("at \(Date())")"#),
        ("dice", "var dice = SystemRandomNumberGenerator()"),
        ("dice", "let number = Int.random(in: 0..<6)"),
        ("dice", "list.shuffled()"),
        ("dice", "list.randomElement()"),
        ("dice", "let id = UUID()"),
        ("dice", "arc4random_uniform(6)"),
        ("dice", "getrandom(&bytes, 16, 0)"),
        ("dice", "let number = rand()"),
        ("dice", "SymmetricKey(size: .bits256)"),
        ("dice", "Curve25519.Signing.PrivateKey()"),
        ("dice", "let bucket = key.hashValue % 8"),
        ("generator", "struct Loaded: RandomNumberGenerator {"),
        ("generator", "extension Loaded: Sendable, RandomNumberGenerator {"),
        ("unstructured task", "Task { await work() }"),
        ("unstructured task", "Task(priority: .high) { await work() }"),
        ("unstructured task", "Task<Void, Never> { await work() }"),
        ("unstructured task", "Task.detached { await work() }"),
        ("unstructured task", "Task.immediate {"),
        ("unstructured task", "DispatchQueue.global().async {"),
        ("unstructured task", "loop.makeFutureWithTask {"),
        ("unstructured task", "Thread { work() }.start()"),
        ("printing", "print(secret)"),
        ("printing", "        dump(secret)"),
    ])
    func `a habit is noticed`(name: String, code: String) throws {
        let habit = try #require(Habit.all.first { $0.name == name })
        #expect(try habit.sightings(in: Habit.Code(of: code)).count >= 1)
    }

    @Test(arguments: [
        "/// Like Date(), which nobody here calls.",
        #"let advice = "never call Date() or Task { }""#,
        "func sleep(for wait: Duration) async throws",
        "try await time.sleep(for: wait)",
        "func now() -> Timestamp",
        "let now = time.now()",
        "try await sleep(for: .seconds(1))",
        "let key = WebSocketMaskingKey.random(using: &dice)",
        "list.shuffled(using: &dice)",
        "init(using dice: inout some RandomNumberGenerator) {",
        "private let generator: Mutex<any RandomNumberGenerator & Sendable>",
        "group.addTask { await work() }",
        "loop.scheduleTask(in: .seconds(1)) {}",
        "let now = context.eventLoop.now",
        "guard !Task.isCancelled else { return }",
        "Date(timeIntervalSince1970: 0)",
        "try P256.Signing.PrivateKey(pemRepresentation: text)",
        "recorder.print(line)",
        "case .printing: dumpster(1)",
    ])
    func `what only looks like a habit is let through`(code: String) throws {
        for habit in Habit.all {
            #expect(try habit.sightings(in: Habit.Code(of: code)) == [], "\(habit.name)")
        }
    }

    @Test func `a sighting says its line`() throws {
        let code = Habit.Code(of: "// one\n\nlet now = Date()")
        #expect(try Habit.clock.sightings(in: code) == [Habit.Sighting(line: 3, words: "Date()")])
    }
}
