/// How many calls of one kind an app may make; nil: no limit is known.
package struct CallLimits: Sendable, Equatable {
    package var perMinute: Int?
    package var perDay: Int?

    package init(perMinute: Int? = nil, perDay: Int? = nil) {
        self.perMinute = perMinute
        self.perDay = perDay
    }
}
