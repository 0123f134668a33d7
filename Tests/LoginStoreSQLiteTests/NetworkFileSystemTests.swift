import Testing

@testable import LoginStoreSQLite

/// Where a database may not lie.
struct NetworkFileSystemTests {
    private static let table = """
        22 27 0:21 / /proc rw,relatime - proc proc rw
        27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
        30 27 0:40 / /mnt/a rw shared:2 master:7 - nfs4 server:/a rw
        31 27 0:41 / /mnt/b rw - cifs //server/b rw
        32 27 0:42 / /mnt/c rw - fuse.sshfs me@server: rw
        33 27 0:43 / /mnt/d rw - 9p host rw
        34 27 0:44 / /tmp rw - tmpfs tmpfs rw
        35 27 0:45 / /mnt/nfs rw - ext4 /dev/nfs rw
        broken
        36 27 0:46
        """

    @Test(arguments: [
        ("0:40", "nfs4"), ("0:41", "cifs"), ("0:42", "fuse.sshfs"), ("0:43", "9p"),
        ("254:0", nil), ("0:44", nil), ("0:45", nil), ("0:46", nil), ("9:9", nil),
    ])
    func `T37: a network file system is known by its type`(device: String, type: String?) {
        #expect(NetworkFileSystem.type(of: device, in: Self.table) == type)
    }

    @Test(arguments: ["nfs4", "fuse.sshfs"])
    func `T37: a database on a network file system is refused before it is made`(
        type: String
    ) async throws {
        try await withFolder { folder in
            let device = try #require(NetworkFileSystem.device(of: folder))
            let path = "\(folder)/login.sqlite"
            let mounts = "30 27 \(device) / / rw shared:2 - \(type) server:/a rw"
            #expect {
                try DatabaseFile.prepare(path, mounts: mounts)
            } throws: { error in
                "\(error)".hasPrefix("The folder \(folder) is on a network file system (\(type))")
            }
            #expect(try names(in: folder) == [])
            // The same folder on a disk of this machine.
            try DatabaseFile.prepare(path, mounts: "27 1 \(device) / / rw - ext4 /dev/vda rw")
            #expect(try names(in: folder) == ["login.sqlite"])
        }
    }

    @Test func `T37: the file system of a real path is looked up`() {
        #expect(NetworkFileSystem.type(of: "/nowhere/at/all") == nil)
        #expect(NetworkFileSystem.type(of: "/") == nil)
    }
}
