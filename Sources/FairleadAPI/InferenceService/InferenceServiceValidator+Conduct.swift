extension InferenceServiceValidator {
    mutating func validateReplicas(_ replicas: ReplicaRange?, _ path: FieldPath) {
        guard let replicas else { return }
        for (name, value) in [("min", replicas.min), ("max", replicas.max), ("initial", replicas.initial)] {
            guard let value, !(0...limits.replicas).contains(value) else { continue }
            add(path[name], "must be from 0 to \(limits.replicas), not \(value)")
        }
        if replicas.max == 0 { return add(path["max"], "must be at least 1; suspend: true stops a service") }
        if let least = replicas.min, let most = replicas.max, least > most {
            return add(path["min"], "must be at most max (\(most)), not \(least)")
        }
        guard let initial = replicas.initial else { return }
        if let most = replicas.max, initial > most {
            add(path["initial"], "must be at most max (\(most)), not \(initial)")
        }
        if initial < replicas.least { add(path["initial"], "must be at least min (\(replicas.least)), not \(initial)") }
        if replicas.max == nil, initial > replicas.most {
            add(path["initial"], "is more than max, which is \(replicas.most) where it is left out")
        }
    }

    mutating func validateScale(_ scale: ScaleSpec?, _ path: FieldPath) {
        guard let scale else { return }
        if let metric = scale.metric, !ScaleSpec.metrics.contains(metric) {
            let list = "\(ScaleSpec.metrics.joined(separator: ", ")), or a metric of the runtime"
            if let near = NearestName.find(metric, among: ScaleSpec.metrics) {
                add(path["metric"], "must be one of \(list), not \(Quoted.text(metric)); did you mean \"\(near)\"?")
            } else if !Self.isMetricName(metric) {
                add(path["metric"], "must be one of \(list), not \(Quoted.text(metric))")
            } else if scale.target == nil {
                add(path["target"], "is required with a metric of the runtime")
            }
        }
        if let target = scale.target, !(target > 0 && target.isFinite) {
            add(path["target"], "must be more than 0, not \(target)")
        }
        if scale.window?.duration == .zero { add(path["window"], "must be longer than 0") }
        if let most = scale.maxConcurrency, most < 1 { add(path["maxConcurrency"], "must be at least 1, not \(most)") }
        if let queue = scale.queue, queue < 0 { add(path["queue"], "must be at least 0, not \(queue)") }
        if let target = scale.target, let most = scale.maxConcurrency, target > Double(most),
            scale.effectiveMetric == ScaleSpec.concurrency
        {
            add(path["target"], "must be at most maxConcurrency (\(most)), which no pod goes beyond, not \(target)")
        }
    }

    /// A metric's name as Prometheus has it.
    private static func isMetricName(_ name: String) -> Bool {
        guard let first = name.utf8.first, !(0x30...0x39).contains(first), name.utf8.count <= 200 else { return false }
        return name.utf8.allSatisfy { byte in
            let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
            return isLetter || (0x30...0x39).contains(byte) || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ":")
        }
    }

    mutating func validateTimeouts(_ timeouts: ServiceTimeouts?, _ path: FieldPath) {
        let fields = [("ready", timeouts?.ready), ("request", timeouts?.request), ("wake", timeouts?.wake)]
        for (name, value) in fields where value?.duration == .zero { add(path[name], "must be longer than 0") }
    }

    mutating func validateRollout(_ rollout: RolloutSpec?, _ path: FieldPath) {
        guard let rollout else { return }
        for (index, step) in rollout.steps.enumerated() {
            let place = path["steps"][index]
            if !(0...100).contains(step) {
                add(place, "must be from 0 to 100, not \(step)")
            } else if index > 0, step <= rollout.steps[index - 1] {
                add(place, "must be more than the step before (\(rollout.steps[index - 1])), not \(step)")
            }
        }
        if rollout.every?.duration == .zero, rollout.effectiveSteps.count > 1 {
            add(path["every"], "must be longer than 0")
        }
        if let count = rollout.minRequests, count < 0 { add(path["minRequests"], "must be at least 0, not \(count)") }
        if rollout.checks.isEmpty, rollout.onFail != nil { add(path["onFail"], "stands only beside checks") }
        for (index, check) in rollout.checks.enumerated() { validateCheck(check, path["checks"][index]) }
    }

    private mutating func validateCheck(_ check: RolloutCheck, _ path: FieldPath) {
        if check.maxLatency?.duration == .zero { add(path["maxLatency"], "must be longer than 0") }
        if let max = check.max, !(max >= 0 && max.isFinite) { add(path["max"], "must be at least 0, not \(max)") }
        let isRate = check.metric == .errorRate
        if isRate, check.maxLatency != nil {
            add(path["maxLatency"], "belongs to a latency, not to errorRate; give max")
        }
        switch (isRate, check.against) {
        case (true, nil):
            guard let max = check.max else { return add(path["max"], "is required: the largest share, such as 0.01") }
            if max > 1 { add(path["max"], "must be a share from 0 to 1, not \(max)") }
        case (false, nil):
            if check.max != nil {
                add(path["max"], "is a multiple and needs against: Stable; give maxLatency, such as 80ms")
            } else if check.maxLatency == nil {
                add(path["maxLatency"], "is required, such as 80ms, or against: Stable")
            }
        case (_, .stable?):
            if let max = check.max, max < 1 { add(path["max"], "must be a multiple of at least 1, not \(max)") }
        }
    }

    mutating func validateTraffic(_ spec: InferenceServiceSpec, _ path: FieldPath) {
        if let sticky = spec.sticky {
            let given = [sticky.header, sticky.cookie].compactMap(\.self)
            if given.count != 1 { add(path["sticky"], "needs exactly one of header, cookie") }
            for (name, value) in [("header", sticky.header), ("cookie", sticky.cookie)] {
                guard let value, !Self.isToken(value) else { continue }
                add(path["sticky"][name], "must be a name of a \(name) such as x-user-id, not \(Quoted.text(value))")
            }
        }
        if let percent = spec.mirror?.percent, !(0...100).contains(percent) {
            add(path["mirror"]["percent"], "\(Percent.expectation), not \(percent)")
        }
        if let log = spec.logPayloads { validateLog(log, path["logPayloads"]) }
        guard let gateway = spec.gateway else { return }
        let place = path["gateway"]
        add(place["name"], problem: NameRule.objectProblem(gateway.name))
        add(place["namespace"], problem: gateway.namespace.flatMap { NameRule.labelProblem($0, limit: 63) })
        // A route without a host name takes the requests of everybody else's.
        if gateway.hostnames.isEmpty { add(place["hostnames"], "is required") }
        if gateway.hostnames.count > limits.hostnames {
            add(
                place["hostnames"], "holds \(gateway.hostnames.count) elements; at most \(limits.hostnames) are allowed"
            )
        }
        for (index, host) in gateway.hostnames.enumerated() {
            let name = host.hasPrefix("*.") ? String(host.dropFirst(2)) : host
            if NameRule.objectProblem(name) != nil {
                add(
                    place["hostnames"][index], "must be a host name such as churn.example.com, not \(Quoted.text(host))"
                )
            }
        }
    }

    private mutating func validateLog(_ log: PayloadLogSpec, _ path: FieldPath) {
        if [log.url, log.uri].compactMap(\.self).count != 1 { add(path, "needs exactly one of url, uri") }
        if let url = log.url {
            let isHTTP = url.hasPrefix("http://") || url.hasPrefix("https://")
            if !isHTTP || URIText.problem(url) != nil || url.contains("$(") {
                add(path["url"], "must be a URL such as http://events.risk.svc, not \(Quoted.text(url))")
            }
        }
        if let uri = log.uri {
            let scheme = uri.prefix { $0 != ":" }
            if let problem = URIText.problem(uri) {
                add(path["uri"], problem)
            } else if uri.contains("$(") || ["http", "https", "hf", "oci", "git"].contains(scheme) {
                add(path["uri"], "must be a folder in a store, such as s3://bucket/folder, not \(Quoted.text(uri))")
            }
        }
        if let sample = log.sample, !(sample >= 0 && sample <= 1) {
            add(path["sample"], "must be a share from 0 to 1, not \(sample)")
        }
    }

    /// A token of HTTP, as names of headers and cookies are.
    private static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= 100
            && text.utf8.allSatisfy { byte in
                let isLetter = (byte | 0x20) >= UInt8(ascii: "a") && (byte | 0x20) <= UInt8(ascii: "z")
                return isLetter || (0x30...0x39).contains(byte) || "!#$%&'*+-.^_`|~".utf8.contains(byte)
            }
    }
}
