import MockWeChatWorld
import Testing

@Suite struct PeopleAndAppsTests {
    @Test func `a new person gets a phone number of one's own`() throws {
        var stage = Stage()
        let dave = try stage.world.addPerson(["name": "dave"])
        let erin = try stage.world.addPerson(["name": "erin", "nickname": "E"])
        #expect(dave == ["name": "dave", "nickname": "dave", "phone_number": "13900000004"])
        #expect(erin["phone_number"] == "13900000005")
        #expect(stage.session(code: try stage.login("dave")).errcode == nil)
        #expect(throws: ControlError.alreadyThere("a person dave")) {
            try stage.world.addPerson(["name": "dave"])
        }
    }

    @Test func `a new app works at once and has WeChat's quotas`() throws {
        var stage = Stage()
        let app = try stage.world.addApp(["appid": "wxnew", "secret": "s"])
        #expect(app["quotas"]?["codes_per_minute"] == 5000)
        let query = "grant_type=client_credential&appid=wxnew&secret=s"
        #expect(stage.call("GET", "/cgi-bin/token?\(query)").errcode == nil)
    }

    @Test func `unknown members are refused by name`() {
        var stage = Stage()
        #expect {
            try stage.world.addApp(["appid": "a", "secret": "s", "quotas": ["codes": 1]])
        } throws: { error in
            guard case ControlError.bad(let error) = error else { return false }
            return error.member == "quotas.codes"
        }
    }

    @Test func `the world can be looked at and loaded again`() throws {
        let stage = Stage()
        let text = String(decoding: stage.world.description.json.bytes(), as: UTF8.self)
        #expect(try WorldDescription(yaml: text) == stage.world.description)
    }
}
