extension Adapter {
    /// Our own login server: the text of Fixtures/Adapters/scan-login.yaml.
    package static let scanLogin: Adapter = {
        do {
            return try Adapter(yaml: scanLoginText, file: "scan-login.yaml")
        } catch {
            // The text is a constant, and a test reads it.
            fatalError("\(error)")
        }
    }()

    /// The text of Fixtures/Adapters/scan-login.yaml, byte for byte.
    package static let scanLoginText = """
        # How the login server of this project is spoken to. It is also built into fake-phone.
        adapter: 1
        name: scan-login
        about: the login server of this project

        browser:
          page: { method: GET, path: /login }
          open:
            method: POST
            path: /attempt
            fields: { Origin: "{origin}", X-SL: "1" }
            take: { picture: data.image, lifetime: data.expires_in? }
          look: { method: GET, path: /attempt }
          complete:
            method: POST
            path: /attempt/complete
            fields: { Origin: "{origin}", X-SL: "1" }
            take: { userid: data.user.userid? }
          cancel:
            method: POST
            path: /attempt/cancel
            fields: { Origin: "{origin}", X-SL: "1" }
          session:
            method: GET
            path: /session
            take: { userid: data.user.userid? }
          logout:
            method: POST
            path: /session/logout
            fields: { Origin: "{origin}", X-SL: "1" }

        watch:
          websocket: /attempt/events
          sse: /attempt/events
          poll: { path: /attempt, again: "/attempt?after={seq}&wait={wait}", inside: data }
          message: { state: type|state, seq: seq, lifetime: expires_in }

        phone:
          login:
            method: POST
            path: /mp/session
            json: { js_code: "{js_code}" }
            take: { bearer: data.token, userid: data.user.userid }
          scan:
            method: POST
            path: /mp/scan
            fields: { Authorization: "Bearer {bearer}" }
            json: { scene: "{scene}", launch: "{launch:int}" }
            take: { nonce: data.nonce }
          confirm:
            method: POST
            path: /mp/confirm
            fields: { Authorization: "Bearer {bearer}" }
            json: { scene: "{scene}", nonce: "{nonce}", number: "{number?}" }
          cancel:
            method: POST
            path: /mp/cancel
            fields: { Authorization: "Bearer {bearer}" }
            json: { scene: "{scene}", nonce: "{nonce}" }
          profile:
            method: POST
            path: /mp/profile
            fields: { Authorization: "Bearer {bearer}" }
            json: { nickName: "{nickname}" }
          avatar:
            method: POST
            path: /mp/avatar
            fields: { Authorization: "Bearer {bearer}" }
          phone_number:
            method: POST
            path: /mp/phone
            fields: { Authorization: "Bearer {bearer}" }
            json: { code: "{number_code}" }
          no_phone_number:
            method: DELETE
            path: /mp/phone
            fields: { Authorization: "Bearer {bearer}" }
          logins:
            method: GET
            path: /mp/logins
            fields: { Authorization: "Bearer {bearer}" }
          revoke:
            method: POST
            path: /mp/logins/revoke
            fields: { Authorization: "Bearer {bearer}" }
            json: { id: "{id}" }

        """
}
