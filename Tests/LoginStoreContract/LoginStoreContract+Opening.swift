import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let opening: [StoreCheck] = [
        StoreCheck("An attempt that was opened is found by its cookie and by its scene, whole.") {
            store in
            let attempt = Attempt(
                id: Scenery.id(1),
                chain: Scenery.id(2),
                cookie: Scenery.cookie(1),
                scene: Scenery.scene(1),
                browser: BrowserFacts(address: "", userAgent: "'; -- \u{1} \u{1F98A} \"\\"),
                way: .link,
                at: Scenery.at(7),
                policy: Scenery.policy
            )
            let superseded = try await store.openAttempt(
                attempt,
                superseding: nil,
                at: Scenery.at(7)
            )
            try require(superseded, is: nil)
            try require(try await store.attempt(.cookie(attempt.cookie)), is: attempt)
            try require(try await store.attempt(.scene(attempt.scene)), is: attempt)
        },
        StoreCheck("Opening supersedes the live attempt of the same browser and gives it back.") {
            store in
            _ = try await store.register(1)
            // Whatever state it is in, as long as it lives.
            try await store.open(1)
            try await store.open(2)
            try await store.scan(2, by: 1)
            try await store.open(3)
            try await store.scan(3, by: 1)
            try await store.confirm(3, by: 1)
            for old: UInt64 in 1...3 {
                let before = try await store.row(old)
                let superseded = try await store.openAttempt(
                    Scenery.attempt(10 + old),
                    superseding: Scenery.cookie(old),
                    at: Scenery.at(20_000)
                )
                let after = try require(superseded)
                try require(after.id, is: before.id)
                try require(after.state, is: .superseded)
                try require(after.seq, is: before.seq + 1)
                try require(try await store.row(old), is: after)
                try require(try await store.row(10 + old), is: Scenery.attempt(10 + old))
            }
        },
        StoreCheck("A browser's attempts form a chain: each opening supersedes the one before.") {
            store in
            try await store.open(1)
            for number: UInt64 in 2...5 {
                let next = Scenery.attempt(number, chain: Scenery.id(1))
                let superseded = try await store.openAttempt(
                    next,
                    superseding: Scenery.cookie(number - 1),
                    at: Scenery.at(1000)
                )
                try require(superseded?.id, is: Scenery.id(number - 1))
            }
            for number: UInt64 in 1...4 {
                try require(try await store.row(number).state, is: .superseded)
            }
            let last = try await store.row(5)
            try require(last.state, is: .created)
            try require(last.chain, is: Scenery.id(1))
        },
        StoreCheck("Opening gives nothing back when there was no attempt of that cookie.") {
            store in
            let superseded = try await store.openAttempt(
                Scenery.attempt(1),
                superseding: Scenery.cookie(99),
                at: Scenery.start
            )
            try require(superseded, is: nil)
            try require(try await store.row(1), is: Scenery.attempt(1))
        },
        StoreCheck("Opening leaves an attempt that has ended as it is.") { store in
            try await store.logIn(1)
            try await store.open(2)
            try await store.cancel(2)
            try await store.open(3)
            try await store.open(4, superseding: 3)
            for old: UInt64 in 1...3 {
                let before = try await store.row(old)
                let superseded = try await store.openAttempt(
                    Scenery.attempt(10 + old),
                    superseding: Scenery.cookie(old),
                    at: Scenery.at(20_000)
                )
                try require(superseded, is: nil)
                try require(try await store.row(old), is: before)
            }
        },
        StoreCheck("Opening writes down an end that was due, and gives it back as expired.") {
            store in
            try await store.open(1)
            let superseded = try await store.openAttempt(
                Scenery.attempt(2, at: Scenery.at(120_000)),
                superseding: Scenery.cookie(1),
                at: Scenery.at(120_000)
            )
            let after = try require(superseded)
            try require(after.state, is: .expired)
            try require(after.seq, is: 2)
            try require(try await store.row(1), is: after)
        },
        StoreCheck("T2: an id, a cookie and a scene name one attempt for ever.") { store in
            try await store.open(1)
            let taken = try await store.cancel(1)
            try await store.open(2)
            let bystander = try await store.row(2)
            let twins = [
                Scenery.attempt(1, cookie: Scenery.cookie(3), scene: Scenery.scene(3)),
                Scenery.attempt(3, cookie: Scenery.cookie(1)),
                Scenery.attempt(3, scene: Scenery.scene(1)),
                Scenery.attempt(1),
            ]
            for twin in twins {
                try await requireDuplicate {
                    _ = try await store.openAttempt(
                        twin,
                        superseding: bystander.cookie,
                        at: Scenery.at(1000)
                    )
                }
            }
            // Nothing has happened: nobody was superseded, nothing is half there.
            try require(try await store.row(1), is: taken)
            try require(try await store.row(2), is: bystander)
            try require(try await store.attempt(.cookie(Scenery.cookie(3))), is: nil)
            try require(try await store.attempt(.scene(Scenery.scene(3))), is: nil)
            // And the number is free.
            try await store.open(3)
        },
        StoreCheck("An attempt cannot take over the cookie that it supersedes.") { store in
            try await store.open(1)
            let before = try await store.row(1)
            try await requireDuplicate {
                _ = try await store.openAttempt(
                    Scenery.attempt(2, cookie: Scenery.cookie(1)),
                    superseding: Scenery.cookie(1),
                    at: Scenery.start
                )
            }
            try require(try await store.row(1), is: before)
        },
    ]

    static let reading: [StoreCheck] = [
        StoreCheck("There is no attempt where none was opened.") { store in
            try await store.open(1)
            try require(try await store.attempt(.cookie(Scenery.cookie(2))), is: nil)
            try require(try await store.attempt(.scene(Scenery.scene(2))), is: nil)
        },
        StoreCheck("T5: a scene finds nothing where a cookie belongs, nor a cookie a scene.") {
            store in
            try await store.open(1)
            try require(try await store.attempt(.cookie(Scenery.scene(1))), is: nil)
            try require(try await store.attempt(.scene(Scenery.cookie(1))), is: nil)
        },
        StoreCheck("Reading changes nothing, not even an attempt whose time has passed.") { store in
            let attempt = try await store.open(1)
            try require(try await store.row(1), is: attempt)
            try require(try await store.row(1), is: attempt)
        },
    ]
}
