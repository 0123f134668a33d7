extension WorldDescription {
    init(_ reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members(["seed", "clock", "apps", "people", "switches"])
        seed = UInt64(try members["seed"]?.integer(0...Int.max) ?? 1)
        clock =
            try members["clock"].map(ClockDescription.init(reading:))
            ?? ClockDescription(mode: .real)
        apps = []
        for app in try members.required("apps").list() {
            let description = try AppDescription(app)
            guard !apps.contains(where: { $0.appid == description.appid }) else {
                throw app.wrong("an appid that no other app has")
            }
            apps.append(description)
        }
        people = []
        for person in try members["people"]?.list() ?? [] {
            let description = try PersonDescription(
                person,
                phoneNumber: Self.phoneNumber(for: people.count)
            )
            guard !people.contains(where: { $0.name == description.name }) else {
                throw person.wrong("a name that no other person has")
            }
            people.append(description)
        }
        switches = try members["switches"].map(WorldSwitches.init(reading:)) ?? WorldSwitches()
    }

    /// A phone number for a person who has none, different for each place in the list.
    static func phoneNumber(for index: Int) -> String {
        let digits = String(index)
        return "139" + String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }
}

extension ClockDescription {
    init(reading reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members(["mode", "start"])
        mode = try members.required("mode").oneOf(ClockMode.self)
        start = try members["start"]?.moment()
        if mode == .real, let place = members["start"] {
            throw place.wrong("no start, because mode is real")
        }
        if let start, let place = members["start"], !WorldClock.settable.contains(start) {
            throw place.wrong("a moment between 2000 and 2099")
        }
    }
}

extension AppDescription {
    /// The members of an app, in the world file and in `POST /_mock/apps`.
    init(_ reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members([
            "appid", "secret", "kind", "released", "pages", "open_platform", "ip_allow_list",
            "secret_frozen", "request_domains", "members", "quotas", "templates",
        ])
        appid = try members.required("appid").text(countMax: 64)
        secret = try members.required("secret").text(countMax: 128)
        kind = try members["kind"]?.oneOf(Kind.self) ?? .miniprogram
        released = try members["released"]?.bool() ?? true
        pages = try members["pages"]?.texts() ?? ["pages/index/index"]
        if let reader = members["pages"], pages.isEmpty { throw reader.wrong("at least one page") }
        openPlatform = try members["open_platform"]?.bool() ?? false
        ipAllowList = try members["ip_allow_list"]?.texts() ?? []
        secretFrozen = try members["secret_frozen"]?.bool() ?? false
        requestDomains = try members["request_domains"]?.texts() ?? []
        self.members = try members["members"]?.texts() ?? []
        quotas = try members["quotas"].map(QuotaDescription.init(reading:)) ?? QuotaDescription()
        templates = try members["templates"]?.texts() ?? []
    }
}

extension QuotaDescription {
    init(reading reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members([
            "codes_per_minute", "code2session_per_user_per_minute", "tokens_per_day",
        ])
        self.init()
        let range = 0...1_000_000_000
        codesPerMinute = try members["codes_per_minute"]?.integer(range) ?? codesPerMinute
        code2sessionPerUserPerMinute =
            try members["code2session_per_user_per_minute"]?.integer(range)
            ?? code2sessionPerUserPerMinute
        tokensPerDay = try members["tokens_per_day"]?.integer(range) ?? tokensPerDay
    }
}

extension PersonDescription {
    /// The members of a person, in the world file and in `POST /_mock/people`.
    init(_ reader: SourceReader, phoneNumber own: String) throws(DescriptionError) {
        let members = try reader.members(["name", "nickname", "phone_number", "openid", "unionid"])
        name = try members.required("name").text(countMax: 64)
        nickname = try members["nickname"]?.text(countMax: 128) ?? name
        phoneNumber = try members["phone_number"]?.text(countMax: 32) ?? own
        openid = try members["openid"]?.text(countMax: 128)
        unionid = try members["unionid"]?.text(countMax: 128)
    }
}

extension WorldSwitches {
    init(reading reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members(["forced_refresh_overlap_s", "image_content_type"])
        self.init()
        if let overlap = try members["forced_refresh_overlap_s"]?.integer(0...7200) {
            forcedRefreshOverlapSeconds = Int64(overlap)
        }
        if let type = try members["image_content_type"]?.text(countMax: 128) {
            imageContentType = type
        }
    }
}
