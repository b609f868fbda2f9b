/// What a trigger's template may refer to.
struct TriggerScopeRule {
    /// What is known of the run that ended.
    private static let runMembers = [
        "name", "uid", "namespace", "pipeline", "phase", "params", "results", "startTime", "completionTime",
    ]

    private let hasRun: Bool

    init(_ spec: TriggerSpec) { hasRun = spec.run != nil }

    /// What is wrong with a reference, and what may stand in its place; nil where nothing is wrong.
    func problem(with reference: Reference) -> String? {
        let names = ["time", "date", "previousTime"] + (hasRun ? ["run"] : [])
        let allowed = "a trigger's template knows " + Self.list(names.map { "trigger.\($0)" })
        guard reference.root == .trigger else { return "\(reference) has no value here: \(allowed)" }
        guard let name = reference.memberName(at: 0) else { return "\(reference) is no value by itself: \(allowed)" }
        if name == "run", !hasRun {
            return "trigger.run has a value only where the source is run; with schedule \(allowed)"
        }
        guard names.contains(name) else {
            return "trigger has no member \(Quoted.text(name))\(NearestName.suggestion(name, among: names)): \(allowed)"
        }
        guard name == "run", let part = reference.memberName(at: 1), !Self.runMembers.contains(part) else { return nil }
        let hint = NearestName.suggestion(part, among: Self.runMembers)
        return "trigger.run has no member \(Quoted.text(part))\(hint): it has \(Self.list(Self.runMembers))"
    }

    private static func list(_ names: [String]) -> String {
        names.dropLast().joined(separator: ", ") + " and " + (names.last ?? "")
    }
}
