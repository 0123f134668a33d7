import Foundation
import MockWeChat
import MockWeChatServer
import MockWeChatWorld

/// The folder that keeps the certificate authority from run to run.
struct AuthorityFolder {
    let path: String

    /// What callers load.
    var certificateFile: String { "\(path)/ca.pem" }
    private var keyFile: String { "\(path)/ca-key.pem" }

    /// The certificate of this run, signed by the folder's authority, which is made at the first run.
    ///
    /// - Throws: When the folder cannot be written, or its files cannot be understood.
    func certificate(hosts: [String]) throws -> MockCertificate {
        if let certificate = try? String(contentsOfFile: certificateFile, encoding: .utf8),
            let key = try? String(contentsOfFile: keyFile, encoding: .utf8)
        {
            return try MockCertificate(authority: (certificate, key), hosts: hosts, now: .machine)
        }
        let certificate = try MockCertificate(hosts: hosts, now: .machine)
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        // Whoever reads the key can be any host to those who trust the authority.
        let made = FileManager.default.createFile(
            atPath: keyFile,
            contents: Data(certificate.authorityKeyPEM.utf8),
            attributes: [.posixPermissions: 0o600]
        )
        guard made else { throw CocoaError(.fileWriteUnknown) }
        try certificate.authorityPEM.write(
            toFile: certificateFile,
            atomically: true,
            encoding: .utf8
        )
        return certificate
    }
}
