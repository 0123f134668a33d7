import LoginDomain
import OpenIDConnect
import TestSupport
import Testing

/// What pairwise websites call a login.
struct LoginSealTests {
    private static let seal = LoginSeal(bytes: Array(repeating: 7, count: 32))
    private static let login: LoginID = {
        var dice = SeededDice(seed: 1)
        return LoginID(using: &dice)
    }()

    @Test func `a login has one name in a sector, and is found by it`() {
        let name = Self.seal.name(of: Self.login, in: "shop.example")
        #expect(Self.seal.name(of: Self.login, in: "shop.example") == name)
        #expect(Self.seal.login(named: name, in: "shop.example") == Self.login)
        // Nonce, id, tag.
        #expect(Base64URL.decode(name)?.count == 12 + 16 + 16)
    }

    @Test func `no sector has another's name for a login, or a part of it`() throws {
        let names = ["shop.example", "club.example", ""].map {
            Self.seal.name(of: Self.login, in: $0)
        }
        for (number, name) in names.enumerated() {
            let bytes = try #require(Base64URL.decode(name))
            #expect(!name.contains(Self.login.text))
            for other in names.dropFirst(number + 1) {
                let others = try #require(Base64URL.decode(other))
                #expect(zip(bytes, others).count { $0 == $1 } < 8)
            }
        }
        #expect(Self.seal.login(named: names[0], in: "club.example") == nil)
    }

    @Test func `two logins have names that begin otherwise, and so has another key`() {
        var dice = SeededDice(seed: 2)
        let names = [
            Self.seal.name(of: Self.login, in: "shop.example"),
            Self.seal.name(of: LoginID(using: &dice), in: "shop.example"),
            LoginSeal(bytes: Array(repeating: 8, count: 32)).name(
                of: Self.login,
                in: "shop.example"
            ),
        ]
        #expect(Set(names.map { $0.prefix(16) }).count == 3)
    }

    @Test func `what was changed, or is none of ours, names no login`() throws {
        let name = Self.seal.name(of: Self.login, in: "shop.example")
        let bytes = try #require(Base64URL.decode(name))
        for index in bytes.indices {
            var bent = bytes
            bent[index] ^= 1
            let name = Base64URL.encode(bent)
            #expect(Self.seal.login(named: name, in: "shop.example") == nil)
        }
        for text in ["", "sid-1", Self.login.text, name + "A", String(name.dropLast(2))] {
            #expect(Self.seal.login(named: text, in: "shop.example") == nil)
        }
        #expect("\(Self.seal)" == "<redacted>")
    }
}
