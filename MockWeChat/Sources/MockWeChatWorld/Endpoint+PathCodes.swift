extension Endpoint {
    /// `POST /wxa/getwxacode`, WeChat page api_getqrcode.
    ///
    /// The codes of this call and of `createwxaqrcode` are counted together, for the app's whole life.
    static let limitedCode = Endpoint(
        path: "/wxa/getwxacode",
        method: .post,
        credential: .accessToken,
        body: .json(
            pictureMembers.merging(["path": .string], uniquingKeysWith: { first, _ in first })
        ),
        limits: CallLimits(perDay: 10_000)
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        try pathCode(&world, call, kind: .limited, lengthMax: WorldLimits.codePathLengthMax)
    }

    /// `POST /cgi-bin/wxaapp/createwxaqrcode`, WeChat page api_createqrcode.
    static let squareCode = Endpoint(
        path: "/cgi-bin/wxaapp/createwxaqrcode",
        method: .post,
        credential: .accessToken,
        body: .json(["path": .string, "width": .integer])
    ) { (world: inout World, call: Call) throws(WeChatError) -> Outcome in
        try pathCode(&world, call, kind: .square, lengthMax: WorldLimits.squareCodePathLengthMax)
    }

    private static func pathCode(
        _ world: inout World,
        _ call: Call,
        kind: CodeRecord.Kind,
        lengthMax: Int
    ) throws(WeChatError) -> Outcome {
        guard let appid = call.appid, let app = world.apps[appid] else { throw .invalidCredential }
        guard let path = call.text("path"), path.unicodeScalars.count <= lengthMax else {
            throw .invalidPathLength
        }
        guard !hasReservedField(path) else { throw .reservedField }
        let version = try checkedVersion(call)
        // WeChat page api_getqrcode: released apps only; which number says so is not published.
        if kind == .limited, version == .release, !app.released { throw .invalidPage }
        let used = world.limitedCodes[appid, default: 0]
        guard used < app.quotas.limitedCodesTotal else { throw .tooManyCodes }
        let order = try pictureOrder(call, world.description.switches) {
            world.addCode(
                CodeRecord(appid: appid, path: path, scene: "", version: version, kind: kind),
                at: call.now
            )
        }
        world.limitedCodes[appid] = used + 1
        let fields = kind == .limited ? [HeaderField("Num-Used", String(used + 1))] : []
        return .picture(order, fields: fields)
    }
}
