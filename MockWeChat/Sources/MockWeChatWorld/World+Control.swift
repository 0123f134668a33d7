// MARK: - People and apps

extension World {
    /// Adds a person; the body has the members of a person in a world file.
    package mutating func addPerson(_ json: JSON) throws(ControlError) -> JSON {
        let count = description.people.count
        guard count < WorldLimits.peopleMax else { throw .tooMany("people") }
        let person = try Self.reading { () throws(DescriptionError) in
            try PersonDescription(
                SourceReader(node: SourceNode(json), path: ""),
                phoneNumber: WorldDescription.phoneNumber(for: count)
            )
        }
        guard people[person.name] == nil else { throw .alreadyThere("a person \(person.name)") }
        people[person.name] = person
        description.people.append(person)
        return person.json
    }

    /// Adds an app; the body has the members of an app in a world file.
    package mutating func addApp(_ json: JSON) throws(ControlError) -> JSON {
        guard description.apps.count < WorldLimits.appsMax else { throw .tooMany("apps") }
        let app = try Self.reading { () throws(DescriptionError) in
            try AppDescription(SourceReader(node: SourceNode(json), path: ""))
        }
        guard apps[app.appid] == nil else { throw .alreadyThere("an app \(app.appid)") }
        apps[app.appid] = app
        description.apps.append(app)
        return app.json
    }

    /// Changes what the body names of an app: its secret, its release, its quotas.
    package mutating func changeApp(_ appid: String, _ json: JSON) throws(ControlError) -> JSON {
        guard var app = apps[appid] else { throw .noSuchApp(appid) }
        let secret = app.secret
        try Self.reading { () throws(DescriptionError) in
            try app.change(SourceReader(node: SourceNode(json), path: ""))
        }
        apps[appid] = app
        for index in description.apps.indices where description.apps[index].appid == appid {
            description.apps[index] = app
        }
        if app.secret != secret, description.switches.secretResetEndsTokens { endTokens(of: appid) }
        return app.json
    }

    static func reading<Value>(
        _ body: () throws(DescriptionError) -> Value
    ) throws(ControlError) -> Value {
        do throws(DescriptionError) {
            return try body()
        } catch {
            throw .bad(error)
        }
    }
}

// MARK: - Phones

extension World {
    /// What wx.login gives to a person's phone inside an app.
    package mutating func login(
        person: String,
        _ json: JSON,
        at now: Moment
    ) throws(ControlError) -> JSON {
        guard people[person] != nil else { throw .noSuchPerson(person) }
        let appid = try Self.reading { () throws(DescriptionError) in
            let reader = SourceReader(node: SourceNode(json), path: "")
            return try reader.members(["appid"]).required("appid").text()
        }
        try checkMiniProgram(appid)
        let code = newLoginCode(for: person, in: appid, at: now)
        return ["code": .string(code), "errMsg": "login:ok"]
    }

    func checkMiniProgram(_ appid: String) throws(ControlError) {
        guard let app = apps[appid] else { throw .noSuchApp(appid) }
        guard app.kind == .miniprogram else { throw .notAMiniProgram(appid: appid) }
    }

    /// What the phone-number button gives, WeChat page "getPhoneNumber": a code, and the older
    /// encrypted form.
    package mutating func phoneNumber(
        person: String,
        _ json: JSON,
        at now: Moment
    ) throws(ControlError) -> JSON {
        let (user, description) = try user(person, json)
        let code = dice.text(64, of: .hex)
        let expires = now.adding(seconds: WorldLimits.phoneNumberCodeLife)
        phoneNumberCodes.set(
            code,
            to: PhoneNumberCode(appid: user.appid, person: person, expires: expires)
        )
        let sealed = seal(description.phoneInfo(appid: user.appid, at: now), for: user, at: now)
        return [
            "code": .string(code), "encryptedData": .string(sealed.data), "iv": .string(sealed.iv),
            "errMsg": "getPhoneNumber:ok",
        ]
    }

    /// What wx.getUserProfile gives since November 2022: nobody's name and face, truly signed.
    package mutating func profile(
        person: String,
        _ json: JSON,
        at now: Moment
    ) throws(ControlError) -> JSON {
        let (user, _) = try user(person, json)
        let rawData = String(decoding: Self.anonymousProfile.bytes(), as: UTF8.self)
        let key = usedSessionKey(of: user, at: now)
        let mark: JSON = ["timestamp": .integer(Int(now.seconds)), "appid": .string(user.appid)]
        let secret = (Self.anonymousProfile.members ?? []) + [JSONMember("watermark", mark)]
        let sealed = seal(.object(secret), for: user, at: now)
        return [
            "userInfo": Self.anonymousProfile,
            "rawData": .string(rawData),
            "signature": .string(SealedData.signature(of: rawData, sessionKey: key)),
            "encryptedData": .string(sealed.data),
            "iv": .string(sealed.iv),
            "errMsg": "getUserProfile:ok",
        ]
    }

    /// Captured 2022: the same name and grey picture for everybody.
    private static let anonymousProfile: JSON = [
        "nickName": "微信用户", "gender": 0, "language": "", "city": "", "province": "",
        "country": "",
        "avatarUrl":
            "https://thirdwx.qlogo.cn/mmopen/vi_32/POgEwh4mIHO4nibH0KlMECNjjGxQUq24ZEaGT4poC6icRiccVGKSyXwibcPq4BWmiaIGuG1icwxaQX6grC9VemZoJ8rg/132",
        "is_demote": true,
    ]

    private mutating func seal(_ json: JSON, for user: UserKey, at now: Moment) -> SealedData {
        SealedData(json.bytes(), sessionKey: usedSessionKey(of: user, at: now), using: &dice)
    }

    private func user(
        _ person: String,
        _ json: JSON
    ) throws(ControlError) -> (UserKey, PersonDescription) {
        guard let description = people[person] else { throw .noSuchPerson(person) }
        let appid = try Self.reading { () throws(DescriptionError) in
            let reader = SourceReader(node: SourceNode(json), path: "")
            return try reader.members(["appid"]).required("appid").text()
        }
        try checkMiniProgram(appid)
        return (UserKey(appid: appid, person: person), description)
    }

    /// What wx.requestSubscribeMessage does when the person agrees: one more message may be sent.
    package mutating func subscribe(person: String, _ json: JSON) throws(ControlError) -> JSON {
        guard people[person] != nil else { throw .noSuchPerson(person) }
        let (appid, template) = try Self.reading {
            () throws(DescriptionError) -> (String, String) in
            let reader = SourceReader(node: SourceNode(json), path: "")
            let members = try reader.members(["appid", "template_id"])
            return (
                try members.required("appid").text(), try members.required("template_id").text()
            )
        }
        try checkMiniProgram(appid)
        guard apps[appid]?.templates.contains(template) == true else {
            throw .bad(
                DescriptionError(
                    member: "template_id",
                    problem: "expected one of the app's templates, not \(template)"
                )
            )
        }
        let user = UserKey(appid: appid, person: person)
        subscriptions[SubscriptionKey(user: user, template: template), default: 0] += 1
        return [template: "accept", "errMsg": "requestSubscribeMessage:ok"]
    }

    /// Refuses a scan before its picture is looked at.
    package func checkScan(person: String, how: String?) throws(ControlError) -> ScanWay {
        guard people[person] != nil else { throw .noSuchPerson(person) }
        guard let how else { return .camera }
        guard let way = ScanWay(rawValue: how) else { throw .badWay(how) }
        return way
    }

    /// The launch options that WeChat gives to the mini-program that a code opens.
    ///
    /// - Parameters:
    ///   - person: Whose phone scans.
    ///   - way: How the phone looks at the code.
    ///   - texts: What the codes in the picture say, the largest first.
    /// - Returns: The launch options.
    /// - Throws: Why no mini-program opens.
    package func scan(
        person: String,
        way: ScanWay,
        texts: [String]
    ) throws(ControlError) -> JSON {
        guard people[person] != nil else { throw .noSuchPerson(person) }
        let ids = texts.map(Self.codeID)
        guard let chosen = ids.firstIndex(where: { $0 != nil }), let id = ids[chosen] else {
            let foreign = texts.first.map { "only a code that says \($0)" } ?? "no code at all"
            throw .noCodeFound(foreign)
        }
        guard let code = codes[id], let app = apps[code.appid] else { throw .codeUnknown(id) }
        if code.version != .release, !app.members.contains(person) {
            throw .notAMember(person: person, appid: code.appid)
        }
        let path = code.path.utf8.prefix { $0 != UInt8(ascii: "?") }
        var members = [
            JSONMember("appid", .string(code.appid)),
            JSONMember("path", .string(Substring(path).withoutLeadingSlashes)),
            JSONMember("query", code.launchQuery),
            JSONMember("scene", .integer(way.launch(of: code.kind))),
            JSONMember("env_version", .string(code.version.rawValue)),
        ]
        var others = texts
        others.remove(at: chosen)
        if !others.isEmpty { members.append(JSONMember("others", .strings(others))) }
        return .object(members)
    }

    /// What a code stands for, for people who open its address in a browser.
    package func code(_ id: String) throws(ControlError) -> CodeSummary {
        guard let code = codes[id] else { throw .codeUnknown(id) }
        return CodeSummary(
            appid: code.appid,
            path: code.path,
            scene: code.scene,
            version: code.version
        )
    }
}

// MARK: - Clock

extension World {
    /// What the clock shows.
    package mutating func clockJSON(real: Moment) -> JSON {
        ["mode": .string(clock.mode.rawValue), "now": .string(clock.now(real: real).iso8601)]
    }

    /// Moves, sets, stops or starts the clock; a refused body changes nothing.
    package mutating func changeClock(_ json: JSON, real: Moment) throws(ControlError) -> JSON {
        let now = clock.now(real: real)
        let range = WorldClock.settable
        let (mode, target) = try Self.reading {
            () throws(DescriptionError) -> (ClockMode?, Moment?) in
            let reader = SourceReader(node: SourceNode(json), path: "")
            let members = try reader.members(["advance_seconds", "set", "mode"])
            let mode = try members["mode"]?.oneOf(ClockMode.self)
            var target: Moment?
            if let advance = members["advance_seconds"] {
                let later = now.adding(seconds: Int64(try advance.integer(0...315_360_000)))
                guard later <= range.upperBound else {
                    throw advance.wrong("a time that does not pass the year 2099")
                }
                target = later
            }
            if let set = members["set"] {
                guard target == nil else { throw set.wrong("set or advance_seconds, not both") }
                let moment = try set.moment()
                guard range.contains(moment), now <= moment else {
                    throw set.wrong("a moment from 2000 to 2099, not before \(now.iso8601)")
                }
                target = moment
            }
            guard mode != nil || target != nil else {
                throw reader.wrong("advance_seconds, set or mode")
            }
            return (mode, target)
        }
        if let mode { clock.turn(mode, real: real) }
        if let target { clock.set(target, real: real) }
        return clockJSON(real: real)
    }
}

// MARK: - Faults

extension World {
    package var faultsJSON: JSON { ["faults": .array(faults.all.map(\.json))] }

    package mutating func addFault(_ json: JSON) throws(ControlError) -> JSON {
        guard faults.all.count < WorldLimits.faultsMax else { throw .tooMany("faults") }
        let id = faults.nextID
        let fault = try Self.reading { () throws(DescriptionError) in
            try Fault(SourceReader(node: SourceNode(json), path: ""), id: id, json: json)
        }
        faults.add(fault)
        return ["id": .string("f\(id)")]
    }

    package mutating func removeFaults() -> JSON {
        ["deleted": .integer(faults.removeAll())]
    }

    package mutating func removeFault(_ id: String) throws(ControlError) -> JSON {
        guard faults.remove(id) else { throw .noSuchFault(id) }
        return ["deleted": 1]
    }
}

// MARK: - Journal

extension World {
    /// The latest exchanges that the query asks for, the oldest first; or how an expectation fares.
    ///
    /// `drawn` says what a picture that was ordered looks like; the journal keeps orders, not pictures.
    package func journalJSON(
        _ query: [QueryItem],
        drawn: (PictureOrder) -> DrawnPicture? = { _ in nil }
    ) throws(ControlError) -> JSON {
        let filter = try JournalFilter(query)
        let matching = journal.entries.filter(filter.accepts)
        if let expectation = filter.expectation { return expectation.judge(matching, drawn) }
        return [
            "entries": .array(matching.suffix(filter.limit).map { $0.json(drawn) }),
            "dropped": .integer(journal.dropped),
        ]
    }

    /// What WeChat would have pushed to the apps' own servers, the oldest first.
    package var eventsJSON: JSON { ["events": .array(events)] }
}

extension CodeRecord {
    /// What the page finds as its query.
    fileprivate var launchQuery: JSON {
        switch kind {
        // It arrives encoded; the page has to decode it once (WeChat page api_getunlimitedqrcode).
        case .unlimited: return ["scene": .string(PercentCoding.encodeComponent(scene))]
        case .limited, .square:
            guard let mark = path.firstIndex(of: "?") else { return .object([]) }
            let items = QueryItem.items(of: path[path.index(after: mark)...])
            return .object(items.map { JSONMember($0.name, .string($0.value)) })
        }
    }
}

extension Substring {
    /// Launch options write paths without the slash in front.
    fileprivate var withoutLeadingSlashes: String { String(drop { $0 == "/" }) }
}
