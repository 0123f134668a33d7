import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let websites: [StoreCheck] = [
        StoreCheck("A website is found by its id as it was registered, and by no other id.") {
            store in
            let parties = [
                try Scenery.party(1), try Scenery.unusualParty(2), try Scenery.publicParty(3),
            ]
            for party in parties { try await store.addRelyingParty(party) }
            for party in parties {
                try require(try await store.relyingParty(party.id), is: party)
            }
            try require(try await store.relyingParty(Scenery.partyID(4)), is: nil)
        },
        StoreCheck("Websites are listed by their ids.") { store in
            try require(try await store.relyingParties(), is: [])
            let parties = try ([3, 1, 2] as [UInt64]).map { try Scenery.party($0) }
            for party in parties { try await store.addRelyingParty(party) }
            let listed = try await store.relyingParties()
            try require(listed, is: parties.sorted { $0.id.text < $1.id.text })
        },
        StoreCheck("The id of a website is given once, and the first stays as it is.") { store in
            let first = try Scenery.party(1)
            try await store.addRelyingParty(first)
            try await requireDuplicate {
                try await store.addRelyingParty(try Scenery.party(1, name: "Another"))
            }
            try require(try await store.relyingParties(), is: [first])
        },
        StoreCheck("T34: over the cap no website is registered, and none goes.", caps: caps) {
            store in
            try await store.registerParties(1...3)
            try await requireFull(.relyingParties) { try await store.registerParties(4...4) }
            try require(try await store.relyingParty(Scenery.partyID(4)), is: nil)
            try require(try await store.relyingParties().count, is: 3)
            // A taken id is a taken id, full or not.
            try await requireDuplicate { try await store.registerParties(1...1) }
            _ = try await store.removeRelyingParty(Scenery.partyID(2))
            try await store.registerParties(4...4)
        },
        StoreCheck("A website that is removed takes its codes and tokens along, and no others.") {
            store in
            try await store.registerParties(1...2)
            try await store.logIn(1)
            for number: UInt64 in 1...4 {
                try await store.open(grant: number, client: number % 2 + 1)
            }
            try await store.redeem(grant: 1, client: 2)
            try await store.redeem(grant: 2, client: 1)
            let others = [try await store.grantRow(2), try await store.grantRow(4)]
            try require(try await store.removeRelyingParty(Scenery.partyID(2)), is: true)
            try require(try await store.relyingParty(Scenery.partyID(2)), is: nil)
            try require(try await store.grantRow(1), is: nil)
            try require(try await store.grantRow(3), is: nil)
            try require(try await store.grant(.token(Scenery.token(1))), is: nil)
            try require([try await store.grantRow(2), try await store.grantRow(4)], is: others)
            try require(try await store.grant(.token(Scenery.token(2))), is: others[0])
            try require(try await store.relyingParty(Scenery.partyID(1)) != nil, "the other went")
            // Not even when it comes again.
            try await store.registerParties(2...2)
            try require(try await store.grantRow(1), is: nil)
        },
        StoreCheck("Grants that went with their website leave room for others.", caps: caps) {
            store in
            try await store.registerParties(1...2)
            try await store.logIn(1)
            for number: UInt64 in 1...3 { try await store.open(grant: number) }
            try await requireFull(.grants) { try await store.open(grant: 4, client: 2) }
            _ = try await store.removeRelyingParty(Scenery.partyID(1))
            for number: UInt64 in 4...6 { try await store.open(grant: number, client: 2) }
            try await requireFull(.grants) { try await store.open(grant: 7, client: 2) }
        },
        StoreCheck("A website that is not there is not removed, and the others stay.") { store in
            try await store.registerParties(1...1)
            try require(try await store.removeRelyingParty(Scenery.partyID(9)), is: false)
            try require(try await store.removeRelyingParty(Scenery.partyID(1)), is: true)
            try require(try await store.removeRelyingParty(Scenery.partyID(1)), is: false)
        },
        StoreCheck("A website's new secret takes the place of the old one, and no other changes.") {
            store in
            try await store.registerParties(1...2)
            let other = try await store.relyingParty(Scenery.partyID(2))
            let isSet = try await store.setSecret(Scenery.secret(7), of: Scenery.partyID(1))
            try require(isSet, is: true)
            try require(
                try await store.relyingParty(Scenery.partyID(1)),
                is: try Scenery.party(1, secret: Scenery.secret(7))
            )
            try require(try await store.relyingParty(Scenery.partyID(2)), is: other)
        },
        StoreCheck("A public website gets no secret, and none does that is not there.") { store in
            let party = try Scenery.publicParty(1)
            try await store.addRelyingParty(party)
            for number: UInt64 in [1, 9] {
                let isSet = try await store.setSecret(
                    Scenery.secret(7),
                    of: Scenery.partyID(number)
                )
                try require(isSet, is: false)
            }
            try require(try await store.relyingParties(), is: [party])
        },
    ]

    static let configuredWebsites: [StoreCheck] = [
        StoreCheck("The websites of the configuration are those that it names, and say so.") {
            store in
            try await store.setConfigured([try Scenery.party(1), try Scenery.unusualParty(2)])
            var second = try Scenery.unusualParty(2)
            second.isConfigured = true
            let wanted = [try Scenery.party(1, isConfigured: true), second]
            try require(
                try await store.relyingParties(),
                is: wanted.sorted { $0.id.text < $1.id.text }
            )
        },
        StoreCheck("What the configuration no longer names goes, with its grants; others stay.") {
            store in
            try await store.registerParties(3...3)
            try await store.setConfigured([try Scenery.party(1), try Scenery.party(2)])
            try await store.logIn(1)
            for number: UInt64 in 1...3 { try await store.open(grant: number, client: number) }
            let kept = [try await store.grantRow(2), try await store.grantRow(3)]
            try await store.setConfigured([try Scenery.party(2)])
            try require(try await store.relyingParty(Scenery.partyID(1)), is: nil)
            try require(try await store.grantRow(1), is: nil)
            let operators = try await store.relyingParty(Scenery.partyID(3))
            try require(operators, is: try Scenery.party(3))
            try require([try await store.grantRow(2), try await store.grantRow(3)], is: kept)
        },
        StoreCheck("A website that is configured anew is as it is named now, but for its age.") {
            store in
            try await store.setConfigured([try Scenery.party(1)])
            try await store.setConfigured([
                try Scenery.party(1, name: "New", secret: Scenery.secret(7), at: Scenery.at(9000))
            ])
            try require(
                try await store.relyingParties(),
                is: [
                    try Scenery.party(
                        1,
                        name: "New",
                        secret: Scenery.secret(7),
                        isConfigured: true
                    )
                ]
            )
        },
        StoreCheck("T18: a website that knows users by other names loses its grants, and no other.")
        {
            store in
            // 1 becomes pairwise, 2 is so no longer, 3 moves; 4 and 5 stay what they were.
            var parties = try ([1, 2, 3, 4, 5] as [UInt64]).map { try Scenery.party($0) }
            for index in 1...3 { parties[index].isPairwise = true }
            try await store.setConfigured(parties)
            try await store.registerParties(6...6)
            try await store.logIn(1)
            for number: UInt64 in 1...6 {
                try await store.open(grant: number, client: number)
                try await store.redeem(grant: number, client: number)
                try await store.open(grant: number + 10, client: number)
            }
            var kept: [Grant?] = []
            for number: UInt64 in 4...6 {
                kept += [try await store.grantRow(number), try await store.grantRow(number + 10)]
            }
            parties[0].isPairwise = true
            parties[1].isPairwise = false
            parties[2].redirectURIs = [try Scenery.redirect(13)]
            // Another address of the same host, and another host where all share one name.
            parties[3].redirectURIs = [try RedirectURI(registering: "https://shop4.example/new")]
            parties[4].redirectURIs = [try Scenery.redirect(15)]
            try await store.setConfigured(parties)
            for number: UInt64 in 1...3 {
                try require(try await store.grantRow(number)?.state, is: .revoked)
                try require(try await store.grantRow(number + 10)?.state, is: .revoked)
                try require(try await store.grant(.token(Scenery.token(number))), is: nil)
            }
            var after: [Grant?] = []
            for number: UInt64 in 4...6 {
                after += [try await store.grantRow(number), try await store.grantRow(number + 10)]
            }
            try require(after, is: kept)
        },
        StoreCheck("An id that an operator has registered is not the configuration's to take.") {
            store in
            try await store.setConfigured([try Scenery.party(1)])
            try await store.registerParties(2...2)
            let before = try await store.relyingParties()
            try await requireDuplicate {
                try await store.setConfigured([
                    try Scenery.party(3), try Scenery.party(2, name: "Mine"),
                ])
            }
            // Nothing of it has happened.
            try require(try await store.relyingParties(), is: before)
        },
        StoreCheck("T34: over the cap the configuration is refused whole.", caps: caps) { store in
            try await store.registerParties(1...1)
            try await store.setConfigured([try Scenery.party(2), try Scenery.party(3)])
            let before = try await store.relyingParties()
            try await requireFull(.relyingParties) {
                try await store.setConfigured([
                    try Scenery.party(2, name: "New"), try Scenery.party(4), try Scenery.party(5),
                ])
            }
            try require(try await store.relyingParties(), is: before)
            // Those that go make room.
            try await store.setConfigured([try Scenery.party(4), try Scenery.party(5)])
        },
    ]

    static let subjects: [StoreCheck] = [
        StoreCheck("A user has one name with the websites of a sector, and it stays.") { store in
            let user = try await store.register(1)
            for candidate: UInt64 in 1...3 {
                let subject = try await store.subject(
                    of: user,
                    sector: "",
                    candidate: Scenery.subject(candidate)
                )
                try require(subject, is: Scenery.subject(1))
            }
        },
        StoreCheck("Each sector and each user has a name of its own.") { store in
            var subjects: [SubjectID] = []
            for number: UInt64 in 1...2 {
                let user = try await store.register(number)
                for (place, sector) in ["", "shop.example", "Shop.example"].enumerated() {
                    let candidate = Scenery.subject(number * 10 + UInt64(place))
                    let subject = try await store.subject(
                        of: user,
                        sector: sector,
                        candidate: candidate
                    )
                    try require(subject, is: candidate)
                    subjects.append(subject)
                }
            }
            try require(Set(subjects).count, is: 6)
        },
        StoreCheck("The name of somebody else is not given to who has none.") { store in
            let users = [try await store.register(1), try await store.register(2)]
            _ = try await store.subject(of: users[0], sector: "", candidate: Scenery.subject(1))
            try await requireDuplicate {
                _ = try await store.subject(of: users[1], sector: "", candidate: Scenery.subject(1))
            }
            try await requireDuplicate {
                _ = try await store.subject(
                    of: users[0],
                    sector: "shop.example",
                    candidate: Scenery.subject(1)
                )
            }
            // With another they are named.
            let subject = try await store.subject(
                of: users[1],
                sector: "",
                candidate: Scenery.subject(2)
            )
            try require(subject, is: Scenery.subject(2))
        },
    ]
}
