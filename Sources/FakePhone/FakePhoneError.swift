package import HTTPTransport

/// Why a fake person could not do what they were asked to.
///
/// A refusal by a server is no error here: it is a `Reply`.
package enum FakePhoneError: Error, Sendable, Equatable {
    /// No whole answer came from the server of that name.
    case noAnswer(from: String, HTTPTransportError)
    /// The browser has no picture to show, or not that many.
    case noPicture(browser: String)
    /// An answer promised a picture and held none; the text says what was wrong.
    case badPicture(String)
    /// A good status with a body that is not what the contract says.
    case badAnswer(from: String, String)
    /// The phone has scanned nothing yet.
    case nothingScanned(phone: String)
    /// The design that the adapter describes has no such step.
    case notInDesign(String)
    /// The browser watches nothing.
    case notWatching(browser: String)
}

extension FakePhoneError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .noAnswer(let server, let why): "no answer from \(server): \(why.inWords)"
        case .noPicture(let browser): "\(browser) shows no such picture"
        case .badPicture(let why): "the picture is not usable: \(why)"
        case .badAnswer(let server, let why): "\(server) answered something else: \(why)"
        case .nothingScanned(let phone): "\(phone) has scanned nothing yet"
        case .notInDesign(let what): "the design has no \(what)"
        case .notWatching(let browser): "\(browser) watches nothing"
        }
    }
}

extension HTTPTransportError {
    /// The failure in plain words.
    package var inWords: String {
        switch self {
        case .timedOut: "no answer in time"
        case .unreachable: "no connection"
        case .untrusted: "no TLS connection that can be trusted"
        case .cutOff: "the connection was cut"
        case .answerTooLarge: "the answer is too large"
        case .cancelled: "cancelled"
        }
    }
}
