/// A user, and when they first came.
package struct UserRecord: Sendable, Equatable {
    package var user: User
    package var createdAt: Timestamp

    package init(user: User, createdAt: Timestamp) {
        self.user = user
        self.createdAt = createdAt
    }
}
