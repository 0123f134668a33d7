import MockWeChatWorld

/// The page that a browser shows when somebody opens what a code says: it leads to the virtual phone.
enum CodePage {
    static func html(id: String, _ code: CodeSummary) -> String {
        """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="refresh" content="0; url=/_mock/phone?code=\(escaped(id))">
        <link rel="icon" href="/_mock/phone/icon.svg" type="image/svg+xml">
        <title>Code \(escaped(id))</title>
        </head>
        <body>
        <h1>A code picture of mock-wechat</h1>
        <p>This is a stand-in for a WeChat mini-program code. It is for testing only.</p>
        <p><a href="/_mock/phone?code=\(escaped(id))">Scan it with the virtual phone</a></p>
        <dl>
        <dt>Code</dt><dd><code>\(escaped(id))</code></dd>
        <dt>App</dt><dd><code>\(escaped(code.appid))</code></dd>
        <dt>Page</dt><dd><code>\(escaped(code.path))</code></dd>
        <dt>Scene</dt><dd><code>\(escaped(code.scene))</code></dd>
        <dt>Version</dt><dd>\(escaped(code.version.rawValue))</dd>
        </dl>
        </body>
        </html>

        """
    }

    /// Scenes may hold `&` and quotes, so nothing goes into the page as it is.
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { output, character in
            switch character {
            case "&": output += "&amp;"
            case "<": output += "&lt;"
            case ">": output += "&gt;"
            case "\"": output += "&quot;"
            case "'": output += "&#39;"
            default: output.append(character)
            }
        }
    }
}
