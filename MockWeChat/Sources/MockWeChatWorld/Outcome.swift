/// What a call comes to when nothing refuses it.
enum Outcome: Sendable {
    case json(JSON)
    case picture(PictureOrder)
}
