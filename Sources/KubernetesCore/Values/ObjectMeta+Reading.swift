extension ObjectMeta: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self.init()
        try reader.members { member, reader in
            switch member {
            case "name": name = try reader.read(String?.self) ?? ""
            case "namespace": namespace = try reader.read()
            case "generateName": generateName = try reader.read()
            case "uid": uid = try reader.read(String?.self) ?? ""
            case "resourceVersion": resourceVersion = try reader.read()
            case "generation": generation = try reader.read()
            case "creationTimestamp": creationTimestamp = try reader.read()
            case "deletionTimestamp": deletionTimestamp = try reader.read()
            case "deletionGracePeriodSeconds": deletionGracePeriodSeconds = try reader.read()
            case "labels": labels = try reader.read([String: String]?.self) ?? [:]
            case "annotations": annotations = try reader.read([String: String]?.self) ?? [:]
            case "finalizers": finalizers = try reader.read([String]?.self) ?? []
            case "ownerReferences": ownerReferences = try reader.read([OwnerReference]?.self) ?? []
            default: try reader.skip()
            }
        }
    }
}

extension OwnerReference: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        var (apiVersion, kind, name, uid): (String?, String?, String?, String?)
        var (controller, blockOwnerDeletion): (Bool?, Bool?)
        try reader.members { member, reader in
            switch member {
            case "apiVersion": apiVersion = try reader.string()
            case "kind": kind = try reader.string()
            case "name": name = try reader.string()
            case "uid": uid = try reader.string()
            case "controller": controller = try reader.read()
            case "blockOwnerDeletion": blockOwnerDeletion = try reader.read()
            default: try reader.skip()
            }
        }
        guard let apiVersion, let kind, let name, let uid else {
            throw reader.refusal("no reference to an owner", at: start)
        }
        self.init(
            apiVersion: apiVersion, kind: kind, name: name, uid: uid, controller: controller,
            blockOwnerDeletion: blockOwnerDeletion)
    }
}

extension ResourceVersion: JSONReadable {
    public init(reading reader: inout JSONReader) throws { self.init(try reader.string()) }
}

extension Time: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        guard let time = Time(try reader.string()) else { throw reader.refusal("no RFC 3339 time", at: start) }
        self = time
    }
}
