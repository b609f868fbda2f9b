import Foundation
import GRDB
import KubernetesCore

/// The objects in an SQLite file, one row each.
///
/// Guarantees: a transaction that ``commit(_:revision:)`` finished survives the process being killed at any moment.
/// Caveats: the log is not synced with each transaction (`synchronous=NORMAL`), so that a crash of the machine, which
/// ends every local pod as well, may lose the newest ones; the file stays consistent.
struct StateFile: Sendable {
    /// An object as it stands in the file.
    struct StoredRow {
        var collection: String
        var revision: Int64
        var bytes: [UInt8]
    }

    private let database: DatabaseQueue

    /// Opens or makes the file.
    ///
    /// - Throws: `DatabaseError`, also where another process has the file.
    init(path: String) throws {
        var configuration = GRDB.Configuration()
        configuration.label = "fairlead.state"
        configuration.busyMode = .timeout(5)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA locking_mode = EXCLUSIVE")
            try database.execute(sql: "PRAGMA journal_mode = WAL")
            try database.execute(sql: "PRAGMA synchronous = NORMAL")
        }
        if !FileManager.default.fileExists(atPath: path) {
            _ = FileManager.default.createFile(
                atPath: path, contents: nil, attributes: [.posixPermissions: 0o600])
        }
        database = try DatabaseQueue(path: path, configuration: configuration)
        try database.write { database in
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS object (
                        collection TEXT NOT NULL, namespace TEXT NOT NULL, name TEXT NOT NULL,
                        revision INTEGER NOT NULL, bytes BLOB NOT NULL,
                        PRIMARY KEY (collection, namespace, name)
                    ) WITHOUT ROWID
                    """)
            try database.execute(
                sql: "CREATE TABLE IF NOT EXISTS counter (id INTEGER PRIMARY KEY CHECK (id = 1), revision INTEGER)")
            try database.execute(sql: "INSERT OR IGNORE INTO counter VALUES (1, 1)")
            try database.execute(
                sql: "CREATE TABLE IF NOT EXISTS secret (id INTEGER PRIMARY KEY CHECK (id = 1), bytes BLOB NOT NULL)")
        }
    }

    /// The server's secret, which is made when it is first asked for.
    func secret(_ make: () -> [UInt8]) throws -> [UInt8] {
        let new = Data(make())
        return try database.write { database in
            try database.execute(sql: "INSERT OR IGNORE INTO secret VALUES (1, ?)", arguments: [new])
            let bytes = try Data.fetchOne(database, sql: "SELECT bytes FROM secret") ?? new
            return Array(bytes)
        }
    }

    /// Everything in the file, and the newest revision it ever had.
    func load() throws -> (rows: [StoredRow], revision: Int64) {
        try database.read { database in
            let revision = try Int64.fetchOne(database, sql: "SELECT revision FROM counter") ?? 1
            let cursor = try Row.fetchCursor(database, sql: "SELECT collection, revision, bytes FROM object")
            var rows: [StoredRow] = []
            while let row = try cursor.next() {
                let bytes: Data = row[2]
                rows.append(StoredRow(collection: row[0], revision: row[1], bytes: Array(bytes)))
            }
            return (rows, revision)
        }
    }

    /// Writes rows in one transaction.
    func commit(_ rows: [ObjectStore.Row], revision: Int64) throws {
        try database.write { database in
            let insertion = try database.cachedStatement(
                sql: "INSERT OR REPLACE INTO object (collection, namespace, name, revision, bytes) VALUES (?,?,?,?,?)")
            let deletion = try database.cachedStatement(
                sql: "DELETE FROM object WHERE collection = ? AND namespace = ? AND name = ?")
            for row in rows {
                let namespace = row.reference.key.namespace ?? ""
                let name = row.reference.key.name
                if let bytes = row.bytes {
                    let data = Data(bytes)
                    try insertion.execute(
                        arguments: [row.reference.collection, namespace, name, row.revision, data])
                } else {
                    try deletion.execute(arguments: [row.reference.collection, namespace, name])
                }
            }
            try database.cachedStatement(sql: "UPDATE counter SET revision = ?").execute(arguments: [revision])
        }
    }
}
