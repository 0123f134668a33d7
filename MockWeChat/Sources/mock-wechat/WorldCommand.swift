import ArgumentParser
import MockWeChatWorld

/// Looks at world files.
struct WorldCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "world",
        abstract: "Looks at world files.",
        subcommands: [Check.self]
    )

    /// Says whether a world file can be understood.
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Says whether a world file can be understood; exit 1 and the place if not."
        )

        @Argument(help: "A world file in YAML.")
        var file: String

        func run() throws {
            let world = try TextFile.read(file) { yaml throws(DescriptionError) in
                try WorldDescription(yaml: yaml)
            }
            print("\(file): \(world.apps.count) apps, \(world.people.count) people, all understood")
        }
    }
}
