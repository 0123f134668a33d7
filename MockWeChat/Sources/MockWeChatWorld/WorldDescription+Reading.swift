extension WorldDescription {
    init(_ reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members([
            "seed", "clock", "apps", "people", "switches", "risky_words", "review_words",
        ])
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
            if let openid = description.openid, people.contains(where: { $0.openid == openid }) {
                throw person.wrong("an openid that no other person has")
            }
            people.append(description)
        }
        switches = try members["switches"].map(WorldSwitches.init(reading:)) ?? WorldSwitches()
        riskyWords = try members["risky_words"]?.texts() ?? riskyWords
        reviewWords = try members["review_words"]?.texts() ?? reviewWords
        guard !apps.isEmpty else {
            throw try members.required("apps").wrong("at least one app")
        }
        try checkMembers(members.required("apps"))
    }

    /// Whoever is a member of an app has to be in the world.
    private func checkMembers(_ reader: SourceReader) throws(DescriptionError) {
        for (app, reader) in zip(apps, try reader.list()) {
            for member in app.members where !people.contains(where: { $0.name == member }) {
                throw reader.wrong("members out of the file's people; \(member) is not among them")
            }
        }
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
    private static let memberNames = [
        "appid", "secret", "kind", "released", "pages", "open_platform", "ip_allow_list",
        "secret_frozen", "request_domains", "members", "quotas", "templates",
    ]

    /// The members of an app, in the world file and in `POST /_mock/apps`.
    init(_ reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members(Self.memberNames)
        self.init(
            appid: try members.required("appid").text(countMax: 64),
            secret: try members.required("secret").text(countMax: 128)
        )
        try change(members)
    }

    /// Changes what the members name and leaves the rest; `POST /_mock/apps/{appid}`.
    mutating func change(_ reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members(Self.memberNames)
        if let reader = members["appid"], try reader.text(countMax: 64) != appid {
            throw reader.wrong("\(appid), or no appid: it cannot be changed")
        }
        secret = try members["secret"]?.text(countMax: 128) ?? secret
        try change(members)
    }

    private mutating func change(_ members: SourceMembers) throws(DescriptionError) {
        kind = try members["kind"]?.oneOf(Kind.self) ?? kind
        released = try members["released"]?.bool() ?? released
        pages = try members["pages"]?.texts() ?? pages
        if let reader = members["pages"],
            pages.isEmpty || pages.contains(where: { $0.hasPrefix("/") })
        {
            throw reader.wrong("at least one page, and none with a slash in front")
        }
        openPlatform = try members["open_platform"]?.bool() ?? openPlatform
        ipAllowList = try members["ip_allow_list"]?.addresses() ?? ipAllowList
        secretFrozen = try members["secret_frozen"]?.bool() ?? secretFrozen
        requestDomains = try members["request_domains"]?.texts() ?? requestDomains
        self.members = try members["members"]?.texts() ?? self.members
        if let reader = members["quotas"] { try quotas.change(reader) }
        templates = try members["templates"]?.texts() ?? templates
    }
}

extension QuotaDescription {
    mutating func change(_ reader: SourceReader) throws(DescriptionError) {
        let members = try reader.members([
            "codes_per_minute", "code2session_per_user_per_minute", "tokens_per_day",
            "limited_codes_total", "unchecked_pages_total", "calls",
        ])
        func number(_ name: String, _ now: Int) throws(DescriptionError) -> Int {
            try members[name]?.integer(Self.range) ?? now
        }
        codesPerMinute = try number("codes_per_minute", codesPerMinute)
        code2sessionPerUserPerMinute = try number(
            "code2session_per_user_per_minute",
            code2sessionPerUserPerMinute
        )
        tokensPerDay = try number("tokens_per_day", tokensPerDay)
        limitedCodesTotal = try number("limited_codes_total", limitedCodesTotal)
        uncheckedPagesTotal = try number("unchecked_pages_total", uncheckedPagesTotal)
        if let reader = members["calls"] { calls = try Self.calls(reader) }
    }

    private static let range = 0...1_000_000_000

    private static func calls(_ reader: SourceReader) throws(DescriptionError) -> [Own] {
        var calls: [Own] = []
        for (path, reader) in try reader.map() {
            guard Endpoint.at(path) != nil else {
                let known = Endpoint.all.map(\.path).joined(separator: ", ")
                throw reader.wrong("limits of one of \(known)")
            }
            let members = try reader.members(["per_minute", "per_day"])
            calls.append(
                Own(
                    path: path,
                    limits: CallLimits(
                        perMinute: try members["per_minute"]?.integer(range),
                        perDay: try members["per_day"]?.integer(range)
                    )
                )
            )
        }
        return calls
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
