import ArgumentParser
import FakePhone

/// Reads scenarios and plays none: `fake-phone check FILE…`.
struct CheckCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Read scenarios and say what is wrong with them; plays nothing."
    )

    @Argument(help: ArgumentHelp("Scenario files, or folders of them.", valueName: "scenario"))
    var scenarios: [String]

    @Option(help: ArgumentHelp("A value for one of the file's vars.", valueName: "name=value"))
    var set: [String] = []

    func run() async throws {
        let console = Console()
        let stories = try console.load(scenarios, set)
        console.say(["\(stories.count) scenarios are sound"])
    }
}

/// Prints the JSON Schema of scenario files: `fake-phone schema`.
struct SchemaCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print the JSON Schema of scenario files, for editors."
    )

    func run() async throws {
        Console().say([ScenarioSchema.text])
    }
}
