import FairleadAPI
public import KubernetesCore

/// What a training program pushes of itself: the body of Kubeflow Trainer's `POST …/trainjobs/<name>/status`.
public struct TrainerReport: Sendable, Hashable {
    /// The largest body that is read, in bytes.
    public static let maximumBytes = 64 << 10

    /// The metrics and the progress; nil where the body has no `trainerStatus`.
    public let reading: MetricReading?
    /// What is answered: the status as it was accepted.
    public let document: JSONValue
    /// What was accepted and isn't kept.
    public let warnings: [String]

    /// Reads a body.
    ///
    /// - Parameters:
    ///   - body: JSON.
    ///   - job: The job, for messages.
    /// - Throws: A 422 that names the fields that are wrong.
    public init(_ body: [UInt8], job: String) throws(Status) {
        let value: JSONValue
        do {
            value = try JSONParser.parse(body)
        } catch {
            throw Self.invalid([("", "FieldValueInvalid", "is no JSON: \(error)")], job)
        }
        guard value.objectValue != nil else {
            throw Self.invalid([("", "FieldValueTypeInvalid", "must be an object")], job)
        }
        let status = value["trainerStatus"] ?? .null
        guard !status.isNull else {
            (reading, document, warnings) = (nil, .object([:]), [])
            return
        }
        var reader = Reader()
        reader.read(status)
        guard reader.problems.isEmpty else { throw Self.invalid(reader.problems, job) }
        reading = reader.reading
        document = ["trainerStatus": .object(reader.accepted)]
        warnings = reader.warnings
    }

    private static func invalid(_ problems: [(field: String, reason: String, message: String)], _ job: String) -> Status
    {
        let texts = problems.map { $0.field.isEmpty ? $0.message : "\($0.field): \($0.message)" }
        let list = texts.count == 1 ? texts[0] : "[\(texts.joined(separator: ", "))]"
        return Status(
            code: 422, reason: "Invalid", message: "TrainJob.trainer.kubeflow.org \"\(job)\" is invalid: \(list)",
            details: Status.Details(
                name: job, group: "trainer.kubeflow.org", kind: "TrainJob",
                causes: problems.map { Status.Cause(reason: $0.reason, message: $0.message, field: $0.field) }))
    }

    /// Reads a `trainerStatus` and gathers what is wrong with it.
    private struct Reader {
        var reading = MetricReading()
        var accepted: [String: JSONValue] = [:]
        var warnings: [String] = []
        var problems: [(field: String, reason: String, message: String)] = []

        /// As many problems as a message holds.
        private static let maximumProblems = 10
        private static let maximumMetrics = 256

        mutating func read(_ status: JSONValue) {
            guard status.objectValue != nil else { return refuse("", "must be an object", "FieldValueTypeInvalid") }
            readMetrics(status["metrics"] ?? .null)
            if let percent = number(status, "progressPercentage", upTo: 100) {
                reading.take(JobProgress.percentName, .number(percent))
            }
            if let seconds = number(status, "estimatedRemainingSeconds", upTo: Double(Int32.max)) {
                reading.set(JobProgress.remainingName, seconds)
            }
            switch status["lastUpdatedTime"] ?? .null {
            case .null: refuse(".lastUpdatedTime", "Required value", "FieldValueRequired")
            case .string(let text) where Time(text) != nil: accepted["lastUpdatedTime"] = .string(text)
            default: refuse(".lastUpdatedTime", "must be a time such as 2026-01-02T03:04:05Z")
            }
        }

        private mutating func refuse(_ field: String, _ message: String, _ reason: String = "FieldValueInvalid") {
            guard problems.count < Self.maximumProblems else { return }
            problems.append(("trainerStatus\(field)", reason, message))
        }

        private mutating func number(_ status: JSONValue, _ name: String, upTo most: Double) -> Double? {
            let value = status[name] ?? .null
            if value.isNull { return nil }
            guard let number = value.doubleValue, number >= 0, number <= most else {
                refuse(".\(name)", "must be a number from 0 to \(Int64(most))")
                return nil
            }
            accepted[name] = value
            return number
        }

        private mutating func readMetrics(_ value: JSONValue) {
            if value.isNull { return }
            guard let metrics = value.arrayValue else {
                return refuse(".metrics", "must be an array", "FieldValueTypeInvalid")
            }
            guard metrics.count <= Self.maximumMetrics else {
                return refuse(".metrics", "must have at most \(Self.maximumMetrics) items", "FieldValueTooMany")
            }
            for (index, metric) in metrics.enumerated() {
                let (name, text) = (metric["name"]?.stringValue ?? "", metric["value"]?.stringValue ?? "")
                guard (1...64).contains(name.unicodeScalars.count) else {
                    refuse(".metrics[\(index)].name", "must be a string of 1 to 64 characters")
                    continue
                }
                guard (1...64).contains(text.unicodeScalars.count) else {
                    refuse(".metrics[\(index)].value", "must be a string of 1 to 64 characters")
                    continue
                }
                take(name, text, index)
            }
            accepted["metrics"] = value
        }

        private mutating func take(_ name: String, _ text: String, _ index: Int) {
            guard let value = MetricText(text) else {
                warnings.append("trainerStatus.metrics[\(index)]: \"\(name)\" is no number and is not kept")
                return
            }
            reading.take(name, value)
            if !reading.values.keys.contains(name) {
                warnings.append("trainerStatus.metrics[\(index)]: \"\(name)\" is one too many and is not kept")
            }
        }
    }
}
