import Crypto
import CryptoExtras
import LoginDomain
import LoginServer
import LoginService
import LoginStore
import LoginStoreSQLite
import OpenIDConnect

/// Makes signing keys, and opens those that are stored: it has the key file.
struct Keyholder: KeyOpener, KeyMaker {
    let loginSeal: LoginSeal
    private let seal: KeySeal
    private let dice: Dice

    init(_ seal: KeySeal, dice: Dice) {
        self.seal = seal
        self.loginSeal = LoginSeal(seal)
        self.dice = dice
    }

    func open(_ key: SealedKey) throws -> SigningKey {
        try seal.open(key)
    }

    /// Makes a key whose name is no option of a command line: none begins with a hyphen.
    func make(_ algorithm: SigningKey.Algorithm, at now: Timestamp) throws -> SealedKey {
        while true {
            let key = try draw(algorithm, at: now)
            if !key.kid.hasPrefix("-") { return key }
        }
    }

    private func draw(_ algorithm: SigningKey.Algorithm, at now: Timestamp) throws -> SealedKey {
        let pem =
            switch algorithm {
            case .rs256: try _RSA.Signing.PrivateKey(keySize: .bits3072).pemRepresentation
            case .es256: P256.Signing.PrivateKey().pemRepresentation
            }
        let seal = seal
        let made = dice.draw { dice in
            Result { () throws(SigningKey.Flaw) in
                try seal.seal(pem: pem, publishedAt: now, using: &dice)
            }
        }
        return try made.get()
    }

    /// The key file of a database's keys, with which each of them opens.
    ///
    /// In development it is made where there is none, but never for a database that has keys already:
    /// with a new one they could not be opened, and whoever trusts them could not be told why (T22).
    ///
    /// - Throws: `KeyFile.Flaw` with a sentence for the operator.
    static func find(
        _ file: KeyFile,
        mayMake: Bool,
        keys: [SealedKey],
        dice: Dice
    ) throws(KeyFile.Flaw) -> Keyholder {
        if let seal = try file.read() {
            let holder = Keyholder(seal, dice: dice)
            let broken = keys.map(\.kid).filter { kid in
                !keys.contains { $0.kid == kid && (try? holder.open($0)) != nil }
            }
            guard broken.isEmpty else {
                throw KeyFile.Flaw(
                    description: "The key file \(file.path) does not open the database's signing "
                        + "\(broken.count == 1 ? "key" : "keys") \(broken.joined(separator: ", ")): "
                        + "it is another's, or what is stored has changed. Give the right one as "
                        + "SCAN_LOGIN_KEY_FILE, or give a key up with 'login-server keys revoke'."
                )
            }
            return holder
        }
        guard keys.isEmpty else {
            throw KeyFile.Flaw(
                description: "The key file \(file.path) is gone, and the database has signing keys "
                    + "that only it opens. Put it back, give its place as SCAN_LOGIN_KEY_FILE, or "
                    + "give the keys up with 'login-server keys revoke'."
            )
        }
        guard mayMake else { throw file.isMissing }
        let made = dice.draw { dice in
            Result { () throws(KeyFile.Flaw) in try file.make(using: &dice) }
        }
        return Keyholder(try made.get(), dice: dice)
    }
}
