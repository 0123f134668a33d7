/// A place in a world file, counted from 1.
package struct SourcePlace: Sendable, Equatable {
    package let line: Int
    package let column: Int
}
