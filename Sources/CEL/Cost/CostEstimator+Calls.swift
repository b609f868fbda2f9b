extension CostEstimator {
    /// What a call costs beside its arguments, and how large its result can be.
    struct CallEstimate {
        var cost: CostEstimate
        var size: CostEstimate?
    }

    mutating func call(_ id: Int, _ name: String, _ target: Int?, _ arguments: [Int]) -> CostEstimate {
        let argumentCosts = arguments.map { cost($0) }
        guard case .call(let operation, let overloads, let isNamespaced) = checked.resolutions[id] else { return .zero }
        if name == "dyn", let argument = arguments.first {
            setSize(id, size(argument))
            setEntrySize(id, entrySize(argument))
            return CostEstimate(1) + argumentCosts[0]
        }
        var sum = CostEstimate.zero
        var operands = arguments
        if let target, !isNamespaced {
            sum = cost(target)
            operands.insert(target, at: 0)
        }
        if operation == .optionalSelect { return sum + argumentCosts.reduce(CostEstimate(1), +) }
        var estimate: CostEstimate?
        var resultSize: CostEstimate?
        for overload in overloads {
            let call = self.call(id, operation, overload, name, operands, argumentCosts)
            estimate = estimate.map { $0.union(call.cost) } ?? call.cost
            if let size = call.size { resultSize = resultSize.map { $0.union(size) } ?? size }
            switch overload.id {
            case "index_list":
                resultSize = entrySize(arguments[0])?.value
                setPath(id, path(arguments[0]) + ["@items"])
            case "index_map":
                resultSize = entrySize(arguments[0])?.value
                setPath(id, path(arguments[0]) + ["@values"])
            default: break
            }
            resultSize = resultSize ?? size(id)
        }
        setSize(id, resultSize)
        return sum + (estimate ?? .zero)
    }

    private mutating func call(
        _ id: Int, _ operation: Operation, _ overload: Overload, _ name: String, _ operands: [Int],
        _ argumentCosts: [CostEstimate]
    ) -> CallEstimate {
        switch operation {
        case .and, .or:
            guard argumentCosts.count == 2 else { break }
            // The first argument alone can decide.
            return CallEstimate(
                cost: CostEstimate(
                    minimum: argumentCosts[0].minimum, maximum: (argumentCosts[0] + argumentCosts[1]).maximum))
        case .conditional:
            guard operands.count == 3, argumentCosts.count == 3 else { break }
            if let yes = entrySize(operands[1]), let no = entrySize(operands[2]) { setEntrySize(id, yes.union(no)) }
            return CallEstimate(
                cost: argumentCosts[0] + argumentCosts[1].union(argumentCosts[2]),
                size: sizeOrUnknown(operands[1]).union(sizeOrUnknown(operands[2])))
        case .add where overload.id == "add_list" || overload.cost == .sum:
            if let left = entrySize(operands[0]), let right = entrySize(operands[1]) {
                setEntrySize(id, left.union(right))
            }
        default: break
        }
        let own = ownCost(operation, overload, operands)
        return CallEstimate(
            cost: argumentCosts.reduce(own, +), size: resultSize(overload, name, operands))
    }

    // MARK: - Costs

    private func ownCost(_ operation: Operation, _ overload: Overload, _ operands: [Int]) -> CostEstimate {
        if operation == .contained, overload.id == "in_list", operands.count == 2 { return sizeOrUnknown(operands[1]) }
        guard let first = operands.first else { return CostEstimate(1) }
        let size = sizeOrUnknown(first)
        let second = operands.count > 1 ? sizeOrUnknown(operands[1]) : size
        switch overload.cost {
        // Kubernetes takes the call without a point for a cheap one.
        case .pattern where overload.id == "matches": return CostEstimate(1)
        case .constant: return CostEstimate(1)
        case .firstCharacters(let factor): return size.times(factor * Cost.character)
        case .argumentCharacters: return second.times(Cost.character)
        case .traversal: return traversal(first, size)
        case .shorter: return comparison(operands, size, second)
        case .sum: return (size + second).times(Cost.character)
        case .product: return size.times(Cost.character) * second.times(Cost.character)
        case .pattern:
            return (size + CostEstimate(1)).times(Cost.character) * second.times(Cost.patternCharacter)
        case .resultCharacters: return joinedSize(operands).times(Cost.character)
        case .pairs:
            return (size * second).times(overload.id == "list_sets_equivalent_list" ? 2 : 1) + CostEstimate(1)
        case .network(let isBlock, let isText):
            let bytes = CostEstimate(minimum: 4, maximum: 16)
            var cost = (bytes + bytes).times(Cost.character)
            if isBlock { cost = cost + bytes.times(Cost.character) + CostEstimate(1) }
            return isText ? cost + second.times(Cost.character) : cost
        case .format: return second.times(Cost.character).times(128 * Cost.patternCharacter)
        }
    }

    /// Each element once; texts also by their characters.
    private func traversal(_ id: Int, _ size: CostEstimate) -> CostEstimate {
        guard case .list(let element) = checked.types[id] else { return size.times(Cost.character) }
        guard element == .string || element == .bytes else { return size }
        let characters = boundedSize(elementPath(id)) ?? .unknown
        return size * (CostEstimate(1) + characters.times(Cost.character))
    }

    private func elementPath(_ id: Int) -> [String] {
        let path = path(id)
        return path.isEmpty ? [] : path + ["@items"]
    }

    private func comparison(_ operands: [Int], _ left: CostEstimate, _ right: CostEstimate) -> CostEstimate {
        if let first = operands.first, operands.count == 2, checked.types[first] == checked.types[operands[1]] {
            switch checked.types[first] {
            case .ip, .cidr, .quantity, .semver: return CostEstimate(1)
            case .format: return CostEstimate(minimum: 1, maximum: 64).times(Cost.character)
            case .url:
                let size = size(operands[1])?.maximum ?? 1
                return CostEstimate(minimum: 1, maximum: size).times(Cost.character)
            default: break
            }
        }
        let most = min(left.maximum, right.maximum)
        return CostEstimate(minimum: most > 0 ? 1 : 0, maximum: most).times(Cost.character)
    }

    private func joinedSize(_ operands: [Int]) -> CostEstimate {
        let count = sizeOrUnknown(operands[0])
        var size = count * (boundedSize(elementPath(operands[0])) ?? .unknown)
        if operands.count > 1 {
            let separators = CostEstimate(
                minimum: count.minimum > 0 ? count.minimum - 1 : 0, maximum: count.maximum > 0 ? count.maximum - 1 : 0)
            size += sizeOrUnknown(operands[1]) * separators
        }
        return size
    }

    // MARK: - Sizes of results

    private func resultSize(_ overload: Overload, _ name: String, _ operands: [Int]) -> CostEstimate? {
        guard let first = operands.first else { return nil }
        let size = sizeOrUnknown(first)
        switch name {
        case Operator.add where overload.id == "add_list" || overload.cost == .sum:
            return size + sizeOrUnknown(operands[1])
        case "lowerAscii", "upperAscii", "substring", "trim", "url": return size
        case "replace" where operands.count > 2:
            return replacedSize(size, sizeOrUnknown(operands[1]), sizeOrUnknown(operands[2]))
        case "split":
            var most = size.maximum
            if operands.count > 2, case .literal(.int(let count)) = checked.tree[operands[2]] {
                most = UInt64(bitPattern: count)
            }
            return CostEstimate(minimum: 0, maximum: most)
        case "join": return joinedSize(operands)
        case "find", "findAll": return CostEstimate(minimum: 0, maximum: size.maximum)
        case "bytes" where overload.id == "string_to_bytes":
            return CostEstimate(minimum: size.minimum, maximum: (size * CostEstimate(4)).maximum)
        case "string" where overload.id == "bytes_to_string":
            return CostEstimate(minimum: size.minimum / 4, maximum: size.maximum)
        case "strings.quote":
            return CostEstimate(
                minimum: (size + CostEstimate(2)).minimum, maximum: (size * CostEstimate(2) + CostEstimate(2)).maximum)
        default: return nil
        }
    }

    /// The sizes of a text whose parts are replaced: as often as can be for the most, as seldom for the least.
    private func replacedSize(_ text: CostEstimate, _ old: CostEstimate, _ new: CostEstimate) -> CostEstimate {
        func size(_ text: UInt64, _ old: UInt64, _ new: UInt64, keeps: Bool) -> CostEstimate {
            if old == 0 {
                // Nothing is found around each character.
                return CostEstimate(text) + (CostEstimate(text) + CostEstimate(1)) * CostEstimate(new)
            }
            if keeps { return CostEstimate(text) }
            return CostEstimate(UInt64((Double(text) / Double(old)).rounded(.up).clampedToInteger)) * CostEstimate(new)
        }
        let most = size(text.maximum, old.minimum, new.maximum, keeps: new.maximum <= old.minimum)
        let least = size(text.minimum, old.maximum, new.minimum, keeps: old.maximum <= new.minimum)
        return CostEstimate(minimum: least.minimum, maximum: most.maximum)
    }
}

extension Double {
    /// The same number where an unsigned integer can hold it, else the greatest that does.
    fileprivate var clampedToInteger: Double { Swift.min(self, 18_446_744_073_709_549_568) }
}
