/// One person's consent to messages of one template.
struct SubscriptionKey: Sendable, Hashable {
    let user: UserKey
    let template: String
}
