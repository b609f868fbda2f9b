// A large run lives on pod events: these are read without a JSON value between bytes and view.

extension PodView {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        var metadata: ObjectMeta?
        var (spec, status): (Spec?, Status?)
        try reader.members { member, reader in
            switch member {
            case "metadata": metadata = try reader.read()
            case "spec": spec = try reader.read()
            case "status": status = try reader.read()
            default: try reader.skip()
            }
        }
        guard let metadata else { throw reader.refusal("no metadata", at: start) }
        self.init(metadata: metadata, spec: spec ?? Spec(), status: status ?? Status())
    }
}

extension PodView.Spec: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self.init()
        try reader.members { member, reader in
            switch member {
            case "nodeName": nodeName = try reader.read()
            case "terminationGracePeriodSeconds": terminationGracePeriodSeconds = try reader.read()
            default: try reader.skip()
            }
        }
    }
}

extension PodView.Status: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self.init()
        try reader.members { member, reader in
            switch member {
            case "phase": phase = try reader.read()
            case "reason": reason = try reader.read()
            case "message": message = try reader.read()
            case "startTime": startTime = try reader.read()
            case "conditions": conditions = try reader.read()
            case "initContainerStatuses": initContainerStatuses = try reader.read()
            case "containerStatuses": containerStatuses = try reader.read()
            default: try reader.skip()
            }
        }
    }
}

extension PodCondition: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        var (type, status): (String?, String?)
        var (reason, message): (String?, String?)
        var lastTransitionTime: Time?
        try reader.members { member, reader in
            switch member {
            case "type": type = try reader.string()
            case "status": status = try reader.string()
            case "reason": reason = try reader.read()
            case "message": message = try reader.read()
            case "lastTransitionTime": lastTransitionTime = try reader.read()
            default: try reader.skip()
            }
        }
        guard let type, let status else { throw reader.refusal("no condition", at: start) }
        self.init(
            type: type, status: status, reason: reason, message: message, lastTransitionTime: lastTransitionTime)
    }
}

extension ContainerStatus: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        self.init(name: "")
        var isNamed = false
        try reader.members { member, reader in
            switch member {
            case "name":
                name = try reader.string()
                isNamed = true
            case "image": image = try reader.read()
            case "imageID": imageID = try reader.read()
            case "ready": ready = try reader.read()
            case "started": started = try reader.read()
            case "restartCount": restartCount = try reader.read()
            case "containerID": containerID = try reader.read()
            case "state": state = try reader.read()
            case "lastState": lastState = try reader.read()
            default: try reader.skip()
            }
        }
        guard isNamed else { throw reader.refusal("no name", at: start) }
    }
}

extension ContainerState: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self.init()
        try reader.members { member, reader in
            switch member {
            case "waiting": waiting = try reader.read()
            case "running": running = try reader.read()
            case "terminated": terminated = try reader.read()
            default: try reader.skip()
            }
        }
    }
}

extension ContainerState.Waiting: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self.init()
        try reader.members { member, reader in
            switch member {
            case "reason": reason = try reader.read()
            case "message": message = try reader.read()
            default: try reader.skip()
            }
        }
    }
}

extension ContainerState.Running: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        self.init()
        try reader.members { member, reader in
            switch member {
            case "startedAt": startedAt = try reader.read()
            default: try reader.skip()
            }
        }
    }
}

extension ContainerState.Terminated: JSONReadable {
    public init(reading reader: inout JSONReader) throws {
        let start = reader.mark
        self.init(exitCode: 0)
        var hasCode = false
        try reader.members { member, reader in
            switch member {
            case "exitCode":
                exitCode = try reader.read()
                hasCode = true
            case "signal": signal = try reader.read()
            case "reason": reason = try reader.read()
            case "message": message = try reader.read()
            case "startedAt": startedAt = try reader.read()
            case "finishedAt": finishedAt = try reader.read()
            default: try reader.skip()
            }
        }
        guard hasCode else { throw reader.refusal("no exit code", at: start) }
    }
}
