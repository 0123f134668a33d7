/// What `Package.swift` declares, read from its text: asking SwiftPM would need the build's lock.
struct Manifest {
    struct Declaration: Equatable {
        /// The function that declares it, for instance `room` or `mockProgram`.
        var function: String
        var name: String
        /// Rooms, by name.
        var rooms: [String]
        /// Modules of other packages, by name.
        var outside: [String]
    }

    var declarations: [Declaration]
    /// Modules of other packages, by the constant that names them.
    var products: [String: String]

    init(text: String) {
        let code = SwiftSource.code(of: text, keeping: .codeAndStrings)
        let constant = #/let (\w+): Target\.Dependency = \.product\(\s*name: "(\w+)"/#
        var products: [String: String] = [:]
        for match in code.matches(of: constant) {
            products[String(match.1)] = String(match.2)
        }
        self.products = products
        let call = #/^(room|program|mockRoom|mockProgram|systemLibrary)\(/#
            .anchorsMatchLineEndings()
        declarations = code.matches(of: call).map { match in
            let arguments = Self.balanced(code[match.range.upperBound...])
            let name = arguments.firstMatch(of: #/"([^"]+)"/#)
            let list = arguments.firstMatch(of: #/^\s*"[^"]+",\s*\[([^\]]*)\]/#)?.1 ?? ""
            return Declaration(
                function: String(match.1),
                name: name.map { String($0.1) } ?? "",
                rooms: list.matches(of: #/"([^"]+)"/#).map { String($0.1) },
                outside: list.replacing(#/"[^"]*"/#, with: "").matches(of: #/\w+/#).map {
                    products[String($0.0)] ?? String($0.0)
                }
            )
        }
    }

    /// The text up to the parenthesis that closes a call.
    private static func balanced(_ text: Substring) -> Substring {
        var depth = 1
        for index in text.indices {
            if text[index] == "(" { depth += 1 }
            if text[index] == ")" { depth -= 1 }
            if depth == 0 { return text[..<index] }
        }
        return text
    }
}
