import CodePicture
import MockWeChatWorld
import NIOCore
import Synchronization

/// The pictures drawn last, so that a code asked for again is not drawn again.
final class PictureCache: Sendable {
    private let table = Mutex(
        BoundedTable<PictureOrder, ByteBuffer>(countMax: MockWeChatLimits.cachedPicturesMax)
    )

    /// The bytes of the picture, from the cache or drawn now; nil when it cannot be drawn.
    ///
    /// Two callers may draw the same picture at once: the bytes are the same, and nobody waits.
    func picture(_ order: PictureOrder) -> ByteBuffer? {
        if let drawn = table.withLock({ $0[order] }) { return drawn }
        guard let bytes = try? CodePicture.draw(order.text, style: CodePictureStyle(order)) else {
            return nil
        }
        let drawn = ByteBuffer(bytes: bytes)
        table.withLock { $0.set(order, to: drawn) }
        return drawn
    }

    /// What the journal says about a picture.
    func digest(_ order: PictureOrder) -> DrawnPicture? {
        picture(order).map { DrawnPicture(Array($0.readableBytesView)) }
    }
}

extension CodePictureStyle {
    fileprivate init(_ order: PictureOrder) {
        self.init(
            width: order.width,
            line: Colour(red: order.red, green: order.green, blue: order.blue),
            transparent: order.transparent
        )
    }
}
