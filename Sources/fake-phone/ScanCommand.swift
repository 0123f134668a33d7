import ArgumentParser
import FakePhone
import HTTPTransportAHC

/// Scans one picture: `fake-phone scan IMAGE --person alice`.
struct ScanCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scan",
        abstract: "Scan a PNG picture, such as a screenshot of the login page, and log in."
    )

    @Argument(help: "A PNG file with the code in it.")
    var image: String

    @Option(help: "Whose phone, by the name at the mock.")
    var person = "alice"

    @OptionGroup var servers: ServerOptions

    @Option(help: "How the picture gets into WeChat.")
    var how: FakePhone.ScanHow = .camera

    @Flag(help: "Confirm the login after the scan.")
    var confirm = false

    @Flag(help: "Cancel the login after the scan.")
    var cancel = false

    func validate() throws {
        if confirm && cancel { throw ValidationError("Choose --confirm or --cancel, not both.") }
    }

    func run() async throws {
        let (login, weChat) = try servers.addresses()
        let console = Console()
        let picture: Picture
        do {
            picture = try PictureErrand.picture(file: image)
        } catch {
            console.complain(error.description)
            throw ExitCode.unusable
        }
        let errand = PictureErrand(
            person: person,
            how: how,
            decision: confirm ? .confirm : cancel ? .cancel : .nothing,
            login: login,
            weChat: weChat
        )
        let recorder = Recorder { console.say(console.transcript.lines(for: .exchange($0))) }
        let reply: Reply
        do {
            reply = try await withAHCTransport { transport in
                try await errand.run(
                    picture,
                    transport: transport,
                    time: PhoneTime(ContinuousClock()),
                    recorder: recorder
                )
            }
        } catch let error as FakePhoneError {
            guard case .noAnswer(let name, let why) = error else {
                console.complain(error.description)
                throw ExitCode(1)
            }
            console.complain(unreachable(name == login.name ? login : weChat, why))
            throw ExitCode.unusable
        }
        guard reply.isOK else {
            if reply.error == "no_code_found" {
                console.complain("\(image): there is no code in this picture")
                throw ExitCode.unusable
            }
            if reply.error == "no_such_person" {
                console.complain("the mock knows no '\(person)'")
                throw ExitCode.unusable
            }
            console.complain("refused: \(reply.summary)")
            throw ExitCode(1)
        }
        console.say([confirm ? "confirmed" : cancel ? "cancelled" : "scanned"])
    }
}
