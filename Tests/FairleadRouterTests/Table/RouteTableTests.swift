import FairleadAPI
import KubernetesCore
import PropertyTesting
import Testing

@testable import FairleadRouter

struct RouteTableTests {
    /// S4: with 1,000 services, a change makes one route.
    @Test func aChangeCostsOneService() throws {
        var table = RouteTable()
        for number in 0..<1000 {
            let name = "s\(number)"
            let revision = RouteFixture.revision("\(name)-a", weight: 100)
            _ = table.apply(.service(try RouteFixture.service(name, revisions: [revision])))
            _ = table.apply(.slice(try RouteFixture.slice("\(name)-a", addresses: ["10.0.0.1"], service: name)))
        }
        let before = table.made
        let slice = try RouteFixture.slice("s7-a", addresses: ["10.0.0.1", "10.0.0.2"], service: "s7")
        let updates = table.apply(.slice(slice))
        #expect(updates.map(\.key) == [ObjectKey(namespace: "risk", name: "s7")])
        #expect(table.made - before == 1)
        // The same again changes nothing that requests could see.
        #expect(table.apply(.slice(slice)).isEmpty)
        #expect(table.made - before == 2)
    }

    /// Whatever the order in which changes come, the routes at the end are the same.
    @Test(arguments: 0..<50 as Range<UInt64>)
    func anyOrderEndsInTheSameRoutes(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let names = ["a", "b", "c"]
        let services = try names.map { name in
            try RouteFixture.service(
                name,
                revisions: [
                    RouteFixture.revision("\(name)-1", weight: 90), RouteFixture.revision("\(name)-2", weight: 10),
                ])
        }
        let slices = try names.flatMap { name in
            try (0..<4).map { number in
                try RouteFixture.slice(
                    "\(name)-\(number % 2 + 1)", addresses: ["10.0.\(number).\(Int.random(in: 1...3, using: &random))"],
                    service: name, suffix: "\(number)")
            }
        }
        var expected: [ObjectKey: ServiceRoute] = [:]
        var table = RouteTable()
        for change in services.map(RouteChange.service) + slices.map(RouteChange.slice) {
            Self.take(table.apply(change), into: &expected)
        }
        // What is gone at the end comes and goes in between.
        var changes = services.map(RouteChange.service) + slices.map(RouteChange.slice)
        changes += slices.map(RouteChange.slice)
        changes.shuffle(using: &random)
        changes.insert(.service(try RouteFixture.service("gone")), at: 0)
        changes.insert(.serviceGone(services[0].key), at: 1)
        changes.insert(
            .slice(try RouteFixture.slice("a-1", addresses: ["10.9.9.9"], service: "a", suffix: "gone")), at: 2)
        changes.append(.sliceGone(ObjectKey(namespace: "risk", name: "a-1-predictor-gone")))
        changes.append(.serviceGone(ObjectKey(namespace: "risk", name: "gone")))
        var routes: [ObjectKey: ServiceRoute] = [:]
        table = RouteTable()
        for change in changes { Self.take(table.apply(change), into: &routes) }
        #expect(routes == expected, "seed \(seed)")
    }

    @Test func aServiceThatCannotBeReadKeepsItsRoute() throws {
        var table = RouteTable()
        let good = try RouteFixture.service(spec: ["model": "churn@production", "scale": ["maxConcurrency": 3]])
        let first = try #require(table.apply(.service(good)).first?.route)
        #expect(first.revisions.first?.bounds == AdmissionBounds(perPod: 3))
        let bad = try RouteFixture.service(spec: ["model": "churn@production", "scale": ["maxConcurrency": "many"]])
        #expect(table.apply(.service(bad)).isEmpty)
        var unreadable = good
        unreadable.status = InferenceServiceStatus()
        unreadable.statusProblem = InvalidSpec(path: "status", message: "nonsense")
        #expect(table.apply(.service(unreadable)).isEmpty)
    }

    @Test func aTransformerStandsInFront() throws {
        var table = RouteTable()
        let revision = RouteFixture.revision(
            "churn-a", weight: 100, components: ["predictor", "transformer", "explainer"])
        _ = table.apply(
            .service(
                try RouteFixture.service(
                    spec: ["model": "churn@production", "scale": ["maxConcurrency": 4]], revisions: [revision])))
        _ = table.apply(
            .slice(try RouteFixture.slice("churn-a", addresses: ["10.0.1.1"], component: "transformer")))
        let early = table.apply(
            .slice(try RouteFixture.slice("churn-a", addresses: ["10.0.2.1"], component: "explainer")))
        #expect(early.first?.route?.revisions.first?.entry == Backends.none)
        let whole = table.apply(.slice(try RouteFixture.slice("churn-a", addresses: ["10.0.0.1", "10.0.0.2"])))
        let route = try #require(whole.first?.route?.revisions.first)
        #expect(route.entry.addresses.map(\.host) == ["10.0.1.1"])
        #expect(route.explainer?.addresses.map(\.host) == ["10.0.2.1"])
        #expect(route.bounds == AdmissionBounds(total: 8))
    }
}

extension RouteTableTests {
    private static func take(_ updates: [RouteTable.Update], into routes: inout [ObjectKey: ServiceRoute]) {
        for update in updates { routes[update.key] = update.route }
    }
}
