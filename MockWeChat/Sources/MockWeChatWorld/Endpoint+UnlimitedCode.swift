extension Endpoint {
    /// `POST /wxa/getwxacodeunlimit`, WeChat page api_getunlimitedqrcode.
    static let unlimitedCode = Endpoint(
        path: "/wxa/getwxacodeunlimit",
        method: .post,
        credential: .accessToken,
        members: [
            "scene": .string, "page": .string, "check_path": .bool, "env_version": .string,
            "width": .integer, "auto_color": .bool, "line_color": .colour, "is_hyaline": .bool,
        ]
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        guard let appid = call.appid, let app = world.apps[appid] else { throw .invalidCredential }
        // Older pages name 45009 for the limit of 5,000 codes a minute.
        let quota = QuotaKey.codesPerMinute(appid: appid)
        guard world.quotas.hasRoom(quota, limit: app.quotas.codesPerMinute, at: call.now) else {
            throw .dailyQuota
        }
        let scene = try checkedScene(call)
        let version = try checkedVersion(call)
        let page = try checkedPage(call, app: app, version: version)
        let colour = try lineColour(call)
        world.quotas.count(quota, at: call.now)
        let id = world.addCode(appid: appid, path: page, scene: scene, version: version)
        return .picture(
            PictureOrder(
                text: "\(call.request.publicURL)/_mock/c/\(id)",
                width: pictureWidth(call),
                red: colour.red,
                green: colour.green,
                blue: colour.blue,
                transparent: call.members["is_hyaline"]?.bool ?? false
            )
        )
    }

    /// What a scene may be made of.
    ///
    /// The page also forbids `%`, so a scene cannot be encoded.
    private static let sceneLetters = Set(
        "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$&'()*+,/:;=?@-._~".utf8
    )

    private static func checkedScene(_ call: Call) throws(WeChatError) -> String {
        guard let scene = call.text("scene"), scene.unicodeScalars.count <= 32 else {
            throw .invalidSceneLength
        }
        guard scene.utf8.allSatisfy(sceneLetters.contains) else { throw .invalidScene }
        return scene
    }

    private static func checkedVersion(_ call: Call) throws(WeChatError) -> EnvironmentVersion {
        guard let name = call.members["env_version"]?.string else { return .release }
        guard let version = EnvironmentVersion(rawValue: name) else { throw .invalidArgs }
        return version
    }

    /// The page that the code opens; absent or empty means the first page of the app.
    private static func checkedPage(
        _ call: Call,
        app: AppDescription,
        version: EnvironmentVersion
    ) throws(WeChatError) -> String {
        let page = call.text("page") ?? app.pages.first ?? ""
        guard !page.contains("scancode_time") else { throw .reservedField }
        if call.members["check_path"]?.bool ?? true {
            // A leading slash or a query makes the page one that the app does not have.
            guard app.released, app.pages.contains(page) else { throw .invalidPage }
        } else if !app.released, version == .release {
            // Observed 2026: not 41030 but 40066, and `trial` cured it.
            throw .invalidURL
        }
        return page
    }

    /// Narrower pictures were served at 280 pixels (observed 2018); wider ones are held to 1280.
    static func pictureWidth(_ call: Call) -> Int {
        let range = WorldLimits.pictureWidth
        let width = call.members["width"]?.integer ?? WorldLimits.pictureWidthDefault
        return min(max(width, range.lowerBound), range.upperBound)
    }

    /// The colour of the lines; WeChat chooses one itself under `auto_color`, the mock a dark green.
    static func lineColour(
        _ call: Call
    ) throws(WeChatError) -> (red: UInt8, green: UInt8, blue: UInt8) {
        if call.members["auto_color"]?.bool == true { return (7, 96, 61) }
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
