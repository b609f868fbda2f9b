/// The order of a list after a strategic merge.
struct ListMerge {
    /// Which member tells elements apart; nil for lists of scalars.
    var mergeKey: String?

    private func identity(_ element: JSONValue) -> JSONValue? {
        guard let mergeKey else { return element }
        return element[mergeKey]
    }

    /// Whether a patch's elements stand in the order that `$setElementOrder` gives.
    func follows(order: [JSONValue], _ patch: [JSONValue]) -> Bool {
        var wanted = patch.filter { $0[StrategicMergePatch.directive] != "delete" }.compactMap(identity)[...]
        for element in order {
            if wanted.isEmpty { break }
            if identity(element) == wanted.first { wanted.removeFirst() }
        }
        return wanted.isEmpty
    }

    /// Elements that the patch names in the patch's order, the others in the object's; where the two meet, the object's
    /// order decides as far as it can.
    func sorted(
        _ elements: [JSONValue], by patch: [JSONValue], then original: [JSONValue]
    ) throws(PatchError) -> [JSONValue] {
        if let mergeKey {
            for element in elements + patch where element[mergeKey] == nil {
                throw StrategicMergePatch.noMergeKey(mergeKey, in: element)
            }
        }
        let patchOrder = positions(in: patch)
        let originalOrder = positions(in: original)
        func place(_ element: JSONValue, in order: [JSONValue: Int]) -> Int? { identity(element).flatMap { order[$0] } }
        var named: [(element: JSONValue, place: Int)] = []
        var others: [(element: JSONValue, place: Int)] = []
        for element in elements {
            if let position = place(element, in: patchOrder) {
                named.append((element, position))
            } else {
                others.append((element, place(element, in: originalOrder) ?? original.count))
            }
        }
        var right = named.sorted { $0.place < $1.place }.map(\.element)[...]
        var left = others.sorted { $0.place < $1.place }.map(\.element)[...]
        var result: [JSONValue] = []
        while let other = left.first, let patched = right.first {
            if let otherPlace = place(other, in: originalOrder), let patchedPlace = place(patched, in: originalOrder),
                otherPlace < patchedPlace
            {
                result.append(left.removeFirst())
            } else {
                result.append(right.removeFirst())
            }
        }
        return result + left + right
    }

    private func positions(in list: [JSONValue]) -> [JSONValue: Int] {
        var positions: [JSONValue: Int] = [:]
        for (index, element) in list.enumerated() {
            guard let identity = identity(element), positions[identity] == nil else { continue }
            positions[identity] = index
        }
        return positions
    }
}
