extension Endpoint {
    /// `POST /wxa/getwxacodeunlimit`, WeChat page api_getunlimitedqrcode.
    static let unlimitedCode = Endpoint(
        path: "/wxa/getwxacodeunlimit",
        method: .post,
        credential: .accessToken,
        body: .json(
            pictureMembers.merging(
                ["scene": .string, "page": .string, "check_path": .bool],
                uniquingKeysWith: { first, _ in first }
            )
        ),
        limits: CallLimits(perMinute: 5000)
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let appid = call.appid, let app = world.apps[appid] else { throw .invalidCredential }
        let scene = try checkedScene(call)
        let version = try checkedVersion(call)
        let page = try world.checkedPage(call, app: app, version: version)
        let order = try pictureOrder(call, world.description.switches) {
            world.addCode(
                CodeRecord(
                    appid: appid,
                    path: page,
                    scene: scene,
                    version: version,
                    kind: .unlimited
                ),
                at: call.now
            )
        }
        return .picture(order)
    }

    /// The members that every call for a code picture has.
    static let pictureMembers: [String: MemberType] = [
        "env_version": .string, "width": .integer, "auto_color": .bool, "line_color": .colour,
        "is_hyaline": .bool,
    ]

    /// What a scene may be made of.
    ///
    /// The page also forbids `%`, so a scene cannot be encoded.
    private static let sceneLetters = Set(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$&'()*+,/:;=?@-._~".utf8
    )

    private static func checkedScene(_ call: Call) throws(WeChatError) -> String {
        if let error = MagicValue.error(in: call.text("scene")) { throw error }
        guard let scene = call.text("scene"), scene.unicodeScalars.count <= 32 else {
            throw .invalidSceneLength
        }
        guard scene.utf8.allSatisfy(sceneLetters.contains) else { throw .invalidScene }
        return scene
    }

    /// Whether a path has the field that WeChat keeps to itself.
    static func hasReservedField(_ path: String) -> Bool {
        let field = "scancode_time".utf8
        return path.utf8.indices.contains { path.utf8[$0...].starts(with: field) }
    }

    static func checkedVersion(_ call: Call) throws(WeChatError) -> EnvironmentVersion {
        guard let name = call.members["env_version"]?.string else { return .release }
        guard let version = EnvironmentVersion(rawValue: name) else { throw .invalidArgs }
        return version
    }

    /// The picture that a call orders of a code.
    ///
    /// `code` remembers the code and gives its id, once all else is checked.
    static func pictureOrder(
        _ call: Call,
        _ switches: WorldSwitches,
        code: () -> String
    ) throws(WeChatError) -> PictureOrder {
        let width = try pictureWidth(call, switches)
        let colour = try lineColour(call)
        return PictureOrder(
            text: "\(call.request.publicURL)/_mock/c/\(code())",
            width: width,
            red: colour.red,
            green: colour.green,
            blue: colour.blue,
            transparent: call.flag("is_hyaline") ?? false
        )
    }

    /// Narrower pictures were served at 280 pixels (observed 2018); wider ones are held to 1280.
    private static func pictureWidth(
        _ call: Call,
        _ switches: WorldSwitches
    ) throws(WeChatError) -> Int {
        let range = WorldLimits.pictureWidth
        let width = call.integer("width") ?? WorldLimits.pictureWidthDefault
        if switches.refusesOddWidths, !range.contains(width) { throw .invalidArgs }
        return min(max(width, range.lowerBound), range.upperBound)
    }

    /// The colour of the lines; WeChat chooses one itself under `auto_color`, the mock a dark green.
    private static func lineColour(
        _ call: Call
    ) throws(WeChatError) -> (red: UInt8, green: UInt8, blue: UInt8) {
        if call.flag("auto_color") == true { return (7, 96, 61) }
        guard let colour = call.members["line_color"] else { return (0, 0, 0) }
        return (
            try channel(colour["r"]), try channel(colour["g"]), try channel(colour["b"])
        )
    }

    /// SDKs send the channels as strings, the page shows numbers; both are taken.
    private static func channel(_ value: JSON?) throws(WeChatError) -> UInt8 {
        guard let value, value != .null else { return 0 }
        let number = value.integer ?? value.string.flatMap { Int($0) }
        guard let number, let channel = UInt8(exactly: number) else { throw .invalidArgs }
        return channel
    }
}

extension World {
    /// The page that the code opens; absent or empty means the first page of the app.
    fileprivate mutating func checkedPage(
        _ call: Call,
        app: AppDescription,
        version: EnvironmentVersion
    ) throws(WeChatError) -> String {
        let page = call.text("page") ?? app.pages.first ?? ""
        guard !Endpoint.hasReservedField(page) else { throw .reservedField }
        if call.flag("check_path") ?? true {
            // A leading slash or a query makes the page one that the app does not have.
            guard app.released, app.pages.contains(page) else { throw .invalidPage }
        } else {
            if !app.released, version == .release {
                // Observed 2026: not 41030 but 40066, and `trial` cured it.
                throw WeChatError(description.switches.unreleasedErrcode)
            }
            try countUncheckedPage(page, of: app)
        }
        return page
    }

    /// WeChat page api_getunlimitedqrcode: without check_path there are at most 60,000 pages.
    private mutating func countUncheckedPage(
        _ page: String,
        of app: AppDescription
    ) throws(WeChatError) {
        let pages = uncheckedPages[app.appid] ?? []
        guard !pages.contains(page) else { return }
        guard pages.count < app.quotas.uncheckedPagesTotal else {
            throw WeChatError(description.switches.uncheckedPagesErrcode)
        }
        uncheckedPages[app.appid, default: []].insert(page)
    }
}
