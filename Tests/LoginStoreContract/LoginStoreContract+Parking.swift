import LoginDomain
import LoginStore

extension LoginStoreContract {
    static let parking: [StoreCheck] = [
        StoreCheck("A request that waits is found under its cookie, whole, and nowhere else.") {
            store in
            let bare = ParkedRow(
                parked: try Scenery.bareRequest(2),
                chain: Scenery.id(2),
                cookie: Scenery.cookie(2)
            )
            for row in [try Scenery.parked(1), bare] {
                let superseded = try await store.park(row, superseding: nil, at: Scenery.start)
                try require(superseded, is: nil)
            }
            try await store.open(3)
            try require(try await store.parked(Scenery.cookie(1)), is: try Scenery.parked(1))
            try require(try await store.parked(Scenery.cookie(2)), is: bare)
            try require(try await store.parked(Scenery.cookie(3)), is: nil)
            // It is no attempt yet.
            try require(try await store.attempt(.cookie(Scenery.cookie(1))), is: nil)
        },
        StoreCheck("Parking supersedes the live attempt that the same browser had, and says so.") {
            store in
            let opened = try await store.open(1)
            try await store.open(2)
            let neighbour = try await store.row(2)
            let superseded = try await store.park(
                try Scenery.parked(3),
                superseding: Scenery.cookie(1),
                at: Scenery.at(5000)
            )
            try require(superseded?.id, is: opened.id)
            try require(superseded?.state, is: .superseded)
            try require(superseded?.seq, is: 2)
            try require(superseded?.notes, is: [])
            try require(try await store.row(1), is: try require(superseded))
            try require(try await store.row(2), is: neighbour)
            let entries = try await store.timeline(opened.supportCode)
            try require(entries.map(\.what), is: [.superseded])
        },
        StoreCheck("Parking says nothing of an attempt that has ended, or is not there.") { store in
            try await store.open(1)
            let ended = try await store.cancel(1)
            for (number, old): (UInt64, UInt64) in [(3, 1), (4, 99)] {
                let superseded = try await store.park(
                    try Scenery.parked(number),
                    superseding: Scenery.cookie(old),
                    at: Scenery.at(5000)
                )
                try require(superseded, is: nil)
            }
            try require(try await store.row(1), is: ended)
        },
        StoreCheck("Parking takes the place of the request that the same browser had.") { store in
            for number: UInt64 in 1...2 {
                let row = try Scenery.parked(number)
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
            let superseded = try await store.park(
                try Scenery.parked(3),
                superseding: Scenery.cookie(1),
                at: Scenery.at(5000)
            )
            try require(superseded, is: nil)
            try require(try await store.parked(Scenery.cookie(1)), is: nil)
            try require(try await store.parked(Scenery.cookie(2)), is: try Scenery.parked(2))
            try require(try await store.parked(Scenery.cookie(3)), is: try Scenery.parked(3))
        },
        StoreCheck("T23: a request does not wait under a taken cookie, and nothing happens.") {
            store in
            let live = try await store.open(1)
            _ = try await store.park(
                try Scenery.parked(2),
                superseding: nil,
                at: Scenery.start
            )
            // Neither an attempt's, nor a request's, nor the one that ends in this step.
            for (cookie, old): (UInt64, UInt64) in [(1, 2), (1, 1), (2, 1), (2, 2)] {
                try await requireDuplicate {
                    _ = try await store.park(
                        try Scenery.parked(3, cookie: cookie),
                        superseding: Scenery.cookie(old),
                        at: Scenery.at(1000)
                    )
                }
                try require(try await store.row(1), is: live)
                try require(try await store.parked(Scenery.cookie(2)), is: try Scenery.parked(2))
                try require(try await store.parked(Scenery.cookie(1)), is: nil)
            }
        },
        StoreCheck("T34: over the cap no request waits, and nothing makes room for it.", caps: caps)
        { store in
            let live = try await store.open(9)
            for number: UInt64 in 1...3 {
                let row = try Scenery.parked(number)
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
            try await requireFull(.parkedRequests) {
                _ = try await store.park(
                    try Scenery.parked(4),
                    superseding: Scenery.cookie(9),
                    at: Scenery.start
                )
            }
            try require(try await store.row(9), is: live)
            for number: UInt64 in 1...4 {
                let row = try await store.parked(Scenery.cookie(number))
                try require(row != nil, is: number < 4)
            }
            // A browser makes room for itself, and a code for whoever comes next.
            _ = try await store.park(
                try Scenery.parked(4),
                superseding: Scenery.cookie(1),
                at: Scenery.start
            )
            _ = try await store.openAttempt(
                Scenery.attempt(5),
                superseding: Scenery.cookie(2),
                at: Scenery.start
            )
            _ = try await store.park(try Scenery.parked(6), superseding: nil, at: Scenery.start)
        },
        StoreCheck("A request that is let go is gone, and the others wait on.") { store in
            for number: UInt64 in 1...2 {
                let row = try Scenery.parked(number)
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
            try await store.unpark(Scenery.cookie(1))
            try await store.unpark(Scenery.cookie(1))
            try await store.unpark(Scenery.cookie(99))
            try require(try await store.parked(Scenery.cookie(1)), is: nil)
            try require(try await store.parked(Scenery.cookie(2)), is: try Scenery.parked(2))
        },
        StoreCheck("A request leaves its row for the attempt that comes of it.") { store in
            for number: UInt64 in 1...2 {
                let row = try Scenery.parked(number)
                _ = try await store.park(row, superseding: nil, at: Scenery.start)
            }
            let request = try Scenery.request(1)
            let superseded = try await store.openAttempt(
                Scenery.attempt(3, request: request),
                superseding: Scenery.cookie(1),
                at: Scenery.start
            )
            try require(superseded, is: nil)
            try require(try await store.parked(Scenery.cookie(1)), is: nil)
            try require(try await store.parked(Scenery.cookie(2)), is: try Scenery.parked(2))
            try require(try await store.row(3).request, is: request)
            let scanned = try await store.attempt(.scene(Scenery.scene(3)))
            try require(scanned?.request, is: request)
        },
        StoreCheck("An attempt keeps its request whatever happens to it.") { store in
            _ = try await store.register(1)
            let (request, bare) = (try Scenery.request(1), try Scenery.bareRequest(2))
            try await store.open(1, for: request)
            try await store.open(2, superseding: 1, for: bare)
            let scan = try await store.scan(2, by: 1)
            try require(scan.attempt.request, is: bare)
            let confirmed = try await store.confirm(2, by: 1)
            try require(confirmed.attempt.request, is: bare)
            try require(try await store.row(1).request, is: request)
            try require(try await store.row(2).request, is: bare)
            try await store.open(3)
            try require(try await store.row(3).request, is: nil)
        },
        StoreCheck("A request waits on when the attempt that should have it is refused.") {
            store in
            try await store.open(1)
            _ = try await store.park(try Scenery.parked(2), superseding: nil, at: Scenery.start)
            try await requireDuplicate {
                _ = try await store.openAttempt(
                    Scenery.attempt(3, scene: Scenery.scene(1)),
                    superseding: Scenery.cookie(2),
                    at: Scenery.start
                )
            }
            try require(try await store.parked(Scenery.cookie(2)), is: try Scenery.parked(2))
        },
    ]
}
