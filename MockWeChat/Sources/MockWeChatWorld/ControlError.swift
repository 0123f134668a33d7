/// Why the control plane refused something.
package enum ControlError: Error, Sendable, Equatable {
    /// A member of the body or the query is wrong.
    case bad(DescriptionError)
    case noSuchPerson(String)
    case noSuchApp(String)
    case noSuchFault(String)
    case noSuchPath(String)
    case methodNotAllowed(allowed: [String])
    case alreadyThere(String)
    case notAMiniProgram(appid: String)
    case badWay(String)
    case notAMember(person: String, appid: String)
    case codeUnknown(String)
    case notJSON
    case notAProxy
    case notPNG(String)
    case tooLarge(String)
    case noCodeFound(String)
    case tooMany(String)
    /// A page of another site asks.
    case foreignOrigin(String)
    /// The mock was called by a name that is not its own.
    case foreignHost(String)
    case notFromThePhone(header: String)
    /// The call goes out over the network, and this mock has no socket.
    case needsSocket
    case noMiniProgram(String)
}
