/// What the checker has found out about type parameters.
struct TypeBindings {
    private var bound: [String: CELType] = [:]

    subscript(name: String) -> CELType? {
        get { bound[name] }
        set { bound[name] = newValue }
    }

    /// A type with its parameters replaced; those that are free become `dyn` where asked.
    func substitute(_ type: CELType, freeAsDyn: Bool = false) -> CELType {
        if case .parameter(let name) = type {
            if let known = bound[name] { return substitute(known, freeAsDyn: freeAsDyn) }
            return freeAsDyn ? .dyn : type
        }
        let parts = type.parts
        guard !parts.isEmpty else { return type }
        return type.with(parts: parts.map { substitute($0, freeAsDyn: freeAsDyn) })
    }

    /// Whether a value of one type can stand where another is wanted; learns from it only when it holds.
    mutating func assign(_ source: CELType, to target: CELType) -> Bool { assign([source], to: [target]) }

    /// The same for lists of types, all together.
    mutating func assign(_ sources: [CELType], to targets: [CELType]) -> Bool {
        guard sources.count == targets.count else { return false }
        var trial = self
        for (source, target) in zip(sources, targets) {
            guard trial.unify(source, target) else { return false }
        }
        self = trial
        return true
    }

    private mutating func unify(_ source: CELType, _ target: CELType) -> Bool {
        if case .parameter(let name) = target {
            switch bind(name, to: source) {
            case .holds: return true
            case .contradicts: return false
            case .impossible: break
            }
        }
        if case .parameter(let name) = source { return bind(name, to: target) == .holds }
        if source.isDynOrError || target.isDynOrError { return true }
        if source == .null { return target.isNullable }
        if target == .null { return source.isNullable }
        guard source.hasSameHead(as: target) else { return false }
        // Any two types can be compared.
        if case .type = source { return true }
        for (first, second) in zip(source.parts, target.parts) {
            guard unify(first, second) else { return false }
        }
        return true
    }

    private enum Binding {
        case holds, contradicts, impossible
    }

    private mutating func bind(_ name: String, to type: CELType) -> Binding {
        if type == .parameter(name) { return .holds }
        guard let known = bound[name] else {
            guard !refers(type, to: name) else { return .impossible }
            bound[name] = type
            return .holds
        }
        if type == known { return .holds }
        guard unify(type, known) else { return .contradicts }
        let general = Self.moreGeneral(type, known)
        if !refers(general, to: name) { bound[name] = general }
        return .holds
    }

    private func refers(_ type: CELType, to name: String) -> Bool {
        if case .parameter(let other) = type {
            if other == name { return true }
            return bound[other].map { refers($0, to: name) } ?? false
        }
        return type.parts.contains { refers($0, to: name) }
    }

    /// The less specific of two types that go together.
    static func moreGeneral(_ left: CELType, _ right: CELType) -> CELType {
        isEqualOrLessSpecific(left, right) ? left : right
    }

    private static func isEqualOrLessSpecific(_ left: CELType, _ right: CELType) -> Bool {
        if left.isDynOrError { return true }
        if case .parameter = left { return true }
        if right.isDynOrError { return false }
        if case .parameter = right { return false }
        if right == .null { return left.isNullable }
        guard left.hasSameHead(as: right) else { return false }
        return zip(left.parts, right.parts).allSatisfy { isEqualOrLessSpecific($0, $1) }
    }
}
