import Crypto
import FoundationEssentials

/// What the virtual phone's `wx.request` and `wx.uploadFile` may do.
extension World {
    /// A call of wx.request, judged as WeChat does: only the app's registered domains are called.
    package func phoneRequest(person: String, _ json: JSON) throws(ControlError) -> PhoneErrand {
        try phoneErrand(
            person,
            json,
            api: "request",
            members: ["method", "data", "response_type"]
        ) { members throws(DescriptionError) in
            let method = try members["method"]?.oneOf(PhoneMethod.self) ?? .get
            let data = Array((try members["data"]?.anyText() ?? "").utf8)
            let type = try members["response_type"]?.oneOf(PhoneAnswerType.self) ?? .text
            return PhoneCargo(
                method: method,
                type: data.isEmpty && method == .get ? nil : "application/json",
                body: data,
                wantsBytes: type == .arraybuffer
            )
        }
    }

    /// A call of wx.uploadFile: one file and what goes with it, as a form.
    package func phoneUpload(
        person: String,
        _ json: JSON,
        file: [UInt8]
    ) throws(ControlError) -> PhoneErrand {
        try phoneErrand(
            person,
            json,
            api: "uploadFile",
            members: ["name", "file_name", "content_type", "form_data"]
        ) { members throws(DescriptionError) in
            let form = PhoneForm(
                name: try members.required("name").text(countMax: 256),
                fileName: try members["file_name"]?.text(countMax: 256) ?? "file",
                contentType: try members["content_type"]?.fieldValue()
                    ?? "application/octet-stream",
                fields: try members["form_data"]?.textsByName() ?? [],
                file: file
            )
            return PhoneCargo(
                method: .post,
                type: "multipart/form-data; boundary=\(form.boundary)",
                body: form.bytes,
                wantsBytes: false
            )
        }
    }

    /// What differs between the two calls.
    private struct PhoneCargo {
        let method: PhoneMethod
        let type: String?
        let body: [UInt8]
        let wantsBytes: Bool
    }

    private func phoneErrand(
        _ person: String,
        _ json: JSON,
        api: String,
        members own: [String],
        cargo: (SourceMembers) throws(DescriptionError) -> PhoneCargo
    ) throws(ControlError) -> PhoneErrand {
        guard people[person] != nil else { throw .noSuchPerson(person) }
        let (appid, url, rest) = try Self.reading {
            () throws(DescriptionError) -> (String, String, PhoneCall) in
            let members = try SourceReader(node: SourceNode(json), path: "").members(
                ["appid", "url", "env_version", "header", "timeout"] + own
            )
            return (
                try members.required("appid").text(),
                try members.required("url").anyText(),
                PhoneCall(
                    version: try members["env_version"]?.oneOf(EnvironmentVersion.self) ?? .release,
                    fields: try members["header"]?.headerFields() ?? [],
                    timeout: try members["timeout"]?.integer(WorldLimits.phoneTimeouts)
                        ?? WorldLimits.phoneTimeouts.upperBound,
                    cargo: try cargo(members)
                )
            )
        }
        try checkMiniProgram(appid)
        guard let asked = RequestDomain(url),
            apps[appid]?.requestDomains.contains(where: {
                RequestDomain($0)?.origin == asked.origin
            }) == true
        else { return .notInDomainList(api) }
        return .send(rest.request(to: asked, of: appid, api: api))
    }

    private struct PhoneCall {
        let version: EnvironmentVersion
        let fields: [HeaderField]
        let timeout: Int
        let cargo: PhoneCargo

        /// What WeChat's own network adds and takes away.
        func request(to address: RequestDomain, of appid: String, api: String) -> PhoneRequest {
            var fields = fields.filter {
                !WorldLimits.phoneFieldsRefused.contains($0.name.lowercased())
            }
            if let type = cargo.type {
                let isForm = api == "uploadFile"
                if isForm { fields.removeAll { $0.name.lowercased() == "content-type" } }
                if isForm || !fields.contains(where: { $0.name.lowercased() == "content-type" }) {
                    fields.append(HeaderField("content-type", type))
                }
            }
            // WeChat page "network": the version is 0 for all that is not released.
            let page = version == .release ? "1" : "0"
            fields.append(
                HeaderField("referer", "https://servicewechat.com/\(appid)/\(page)/page-frame.html")
            )
            fields.append(HeaderField("user-agent", WorldLimits.phoneUserAgent))
            return PhoneRequest(
                url: address.origin + address.target,
                method: cargo.method.rawValue,
                fields: fields,
                body: cargo.body,
                timeoutMilliseconds: timeout,
                wantsBytes: cargo.wantsBytes,
                api: api
            )
        }
    }
}

/// The methods of wx.request, WeChat page "wx.request", but for two that no server of an app takes.
private enum PhoneMethod: String, CaseIterable {
    case options = "OPTIONS"
    case get = "GET"
    case head = "HEAD"
    case post = "POST"
    case put = "PUT"
    case delete = "DELETE"
}

private enum PhoneAnswerType: String, CaseIterable {
    case text
    case arraybuffer
}

/// A form of multipart/form-data (RFC 7578) with one file, put together.
private struct PhoneForm {
    let name: String
    let fileName: String
    let contentType: String
    let fields: [(name: String, value: String)]
    let file: [UInt8]

    /// The same file has the same boundary, and no file has its own in it.
    var boundary: String {
        let digest = SHA256.hash(data: file)
        return "mock-wechat-" + Hex.text(digest.prefix(16))
    }

    var bytes: [UInt8] {
        var output: [UInt8] = []
        for field in fields {
            output += "--\(boundary)\r\n".utf8
            output += "Content-Disposition: form-data; name=\"\(escaped(field.name))\"\r\n\r\n".utf8
            output += "\(field.value)\r\n".utf8
        }
        output +=
            "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(escaped(name))\"; ".utf8
        output += "filename=\"\(escaped(fileName))\"\r\nContent-Type: \(contentType)\r\n\r\n".utf8
        output += file
        output += "\r\n--\(boundary)--\r\n".utf8
        return output
    }

    /// As browsers do (HTML, "multipart form data").
    private func escaped(_ text: String) -> String {
        text.reduce(into: "") { output, letter in
            switch letter {
            case "\"": output += "%22"
            case "\r", "\n", "\r\n": output += "%0A"
            default: output.append(letter)
            }
        }
    }
}

extension SourceReader {
    /// Texts by name, in their order.
    fileprivate func textsByName() throws(DescriptionError) -> [(name: String, value: String)] {
        let map = try map()
        guard map.count <= WorldLimits.phoneFieldsMax else {
            throw wrong("at most \(WorldLimits.phoneFieldsMax) of them")
        }
        var texts: [(name: String, value: String)] = []
        for (name, reader) in map { texts.append((name, try reader.anyText())) }
        return texts
    }

    /// Fields of a request: tokens, and values of printable ASCII (RFC 9110, sections 5.1 and 5.5).
    fileprivate func headerFields() throws(DescriptionError) -> [HeaderField] {
        let map = try map()
        guard map.count <= WorldLimits.phoneFieldsMax else {
            throw wrong("at most \(WorldLimits.phoneFieldsMax) fields")
        }
        var fields: [HeaderField] = []
        for (name, reader) in map {
            guard !name.isEmpty, name.utf8.allSatisfy(Self.tokenLetters.contains) else {
                throw reader.wrong("a field whose name is a token")
            }
            fields.append(HeaderField(name, try reader.fieldValue()))
        }
        return fields
    }

    fileprivate func fieldValue() throws(DescriptionError) -> String {
        let value = try anyText()
        guard value.utf8.count <= WorldLimits.phoneFieldBytesMax,
            value.utf8.allSatisfy({ 0x20 <= $0 && $0 <= 0x7E })
        else { throw wrong("printable ASCII of at most \(WorldLimits.phoneFieldBytesMax) bytes") }
        return value
    }

    private static let tokenLetters = Set(
        "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8
    )
}
