/// A command that chromedriver refused, or a page that did not become what a test waited for.
struct WebDriverError: Error, CustomStringConvertible {
    var command: String
    /// The error's name (W3C WebDriver, section 6.6), or `timeout` for a wait that ended here.
    var error: String
    var message: String

    var description: String { "\(command): \(error): \(message)" }
}
