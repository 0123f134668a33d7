internal import Foundation
package import HTTPTransport

/// One errand: scan a picture file, log in, and confirm or cancel.
///
/// The picture may be a screenshot with a code somewhere in it.
package struct PictureErrand: Sendable {
    /// What the person does after the scan.
    package enum Decision: Sendable {
        case confirm
        case cancel
        /// Leaves the phone lying there.
        case nothing
    }

    package var person: String
    package var how: FakePhone.ScanHow
    package var decision: Decision
    package var login: ServerAddress
    package var weChat: ServerAddress

    package init(
        person: String,
        how: FakePhone.ScanHow,
        decision: Decision,
        login: ServerAddress,
        weChat: ServerAddress
    ) {
        self.person = person
        self.how = how
        self.decision = decision
        self.login = login
        self.weChat = weChat
    }

    /// Reads a picture file.
    ///
    /// - Throws: one clear line.
    package static func picture(file path: String) throws(PictureFileError) -> Picture {
        guard FileManager.default.fileExists(atPath: path) else {
            throw PictureFileError(description: "\(path): no such file")
        }
        guard let data = FileManager.default.contents(atPath: path) else {
            throw PictureFileError(description: "\(path): cannot be read")
        }
        guard let picture = Picture(png: Array(data)) else {
            throw PictureFileError(description: "\(path): not a PNG picture")
        }
        return picture
    }

    /// Runs the errand.
    ///
    /// - Returns: the last answer: the first refusal, or that of the decision.
    package func run(
        _ picture: Picture,
        transport: any HTTPTransport,
        time: PhoneTime,
        recorder: Recorder
    ) async throws(FakePhoneError) -> Reply {
        var phone = FakePhone(
            name: person,
            person: person,
            login: login,
            weChat: weChat,
            line: Line(name: person, transport: transport, time: time, recorder: recorder)
        )
        let scanned = try await phone.scan(picture, how: how)
        guard scanned.isOK else { return scanned }
        switch decision {
        case .confirm: return try await phone.confirm()
        case .cancel: return try await phone.cancel()
        case .nothing: return scanned
        }
    }
}

/// Why a picture file cannot be scanned, in one line.
package struct PictureFileError: Error, Sendable, Equatable, CustomStringConvertible {
    package let description: String

    package init(description: String) {
        self.description = description
    }
}
