/// What a call comes to when nothing refuses it.
struct Outcome: Sendable {
    enum Content: Sendable {
        case json(JSON)
        case picture(PictureOrder)
    }

    let content: Content
    /// Fields of the answer's head beside the usual ones.
    var fields: [HeaderField] = []

    static func json(_ json: JSON) -> Outcome { Outcome(content: .json(json)) }

    static func picture(_ order: PictureOrder, fields: [HeaderField] = []) -> Outcome {
        Outcome(content: .picture(order), fields: fields)
    }

    /// `{"errcode":0,"errmsg":"ok"}` and more members.
    static func ok(_ members: [JSONMember] = []) -> Outcome {
        .json(.object([JSONMember("errcode", 0), JSONMember("errmsg", "ok")] + members))
    }
}
