import Foundation

/// The kinds of file systems on which SQLite's locks cannot be trusted (T37): other machines are
/// behind them, and two servers on one database are only found out on one machine.
enum NetworkFileSystem {
    private static let types: Set<Substring> = [
        "9p", "afs", "beegfs", "ceph", "cifs", "coda", "davfs", "fuse", "fuseblk", "gfs2",
        "glusterfs", "gpfs", "kafs", "lustre", "ncpfs", "nfs", "nfs4", "ocfs2", "prl_fs", "smb3",
        "smbfs", "vboxsf", "virtiofs", "vmhgfs",
    ]

    /// The type of the file system a path is on, when it is one of these.
    ///
    /// `table` is what the system says of its mounts; nil asks it.
    static func type(of path: String, mounts table: String? = nil) -> String? {
        guard let device = device(of: path),
            let table = table
                ?? (try? String(contentsOfFile: "/proc/self/mountinfo", encoding: .utf8))
        else { return nil }
        return type(of: device, in: table)
    }

    /// The device a path is on, as the table has it; nil where there is nothing.
    static func device(of path: String) -> String? {
        var found = stat()
        guard stat(path, &found) == 0 else { return nil }
        // As glibc's gnu_dev_major(3) and gnu_dev_minor(3) take a device apart.
        let device = UInt64(found.st_dev)
        let major = (device >> 8) & 0xFFF | (device >> 32) & ~0xFFF
        let minor = device & 0xFF | (device >> 12) & ~0xFF
        return "\(major):\(minor)"
    }

    /// The type of the file system of a device, when it is one of these.
    ///
    /// `table` is what `/proc/self/mountinfo` says (proc(5)): the third word of a line is the device,
    /// and the one after the lonely hyphen the type.
    static func type(of device: String, in table: String) -> String? {
        for line in table.split(separator: "\n") {
            let words = line.split(separator: " ")
            guard words.count > 4, words[2] == device,
                let hyphen = words.firstIndex(of: "-"), words.indices.contains(hyphen + 1)
            else { continue }
            let type = words[hyphen + 1]
            // `fuse.sshfs` is FUSE too.
            let family = type.split(separator: ".").first ?? type
            return types.contains(family) ? String(type) : nil
        }
        return nil
    }
}
