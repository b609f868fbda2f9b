import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadPlanning

/// What counts as a change of what was made, and what putting it back leaves alone.
@Suite struct AppliedRecordTests {
    private static let made = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: m, labels: {app: m}}
        spec:
          replicas: 1
          template:
            metadata: {labels: {app: m}, annotations: {}}
            spec:
              automountServiceAccountToken: false
              initContainers: [{name: fetch, image: "f:1"}, {name: packages, image: "p:1"}]
              containers:
              - name: main
                image: "m:1"
                args: [a, b]
                env: [{name: A, value: "1000m"}, {name: B, value: ""}, {name: C, value: "$(A)"}]
                resources: {limits: {cpu: 1000m, memory: 1024Mi}, requests: {cpu: 1}}
                readinessProbe: {httpGet: {path: /r, port: http}, periodSeconds: 2}
                volumeMounts: [{name: work, mountPath: /work}]
              volumes: [{name: work, emptyDir: {}}]
        """

    /// The same as a server has it: with defaults, in its own words, and without what is empty.
    private static let live = """
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: m, uid: u, resourceVersion: "7", labels: {app: m}}
        spec:
          replicas: 5
          strategy: {type: RollingUpdate}
          template:
            metadata: {labels: {app: m}}
            spec:
              automountServiceAccountToken: false
              dnsPolicy: ClusterFirst
              initContainers: [{name: fetch, image: "f:1", resources: {}}, {name: packages, image: "p:1"}]
              containers:
              - name: main
                image: "m:1"
                args: [a, b]
                env: [{name: A, value: "1000m"}, {name: B}, {name: C, value: "$(A)"}]
                resources: {limits: {cpu: "1", memory: 1Gi}, requests: {cpu: "1"}}
                readinessProbe: {httpGet: {path: /r, port: http, scheme: HTTP}, periodSeconds: 2, timeoutSeconds: 1}
                volumeMounts: [{name: work, mountPath: /work}]
              volumes: [{name: work, emptyDir: {}}]
        """

    /// The live object with the record of what was made, and more.
    private static func object(_ live: String, _ change: String = "{}") throws -> JSONValue {
        var object = MergePatch.apply(try PodFixture.document(change), to: try PodFixture.document(live))
        let record = AppliedRecord.stamped(try PodFixture.document(made))[path: ["metadata", "annotations"]]
        object[path: ["metadata", "annotations", AppliedRecord.annotation]] = record?[AppliedRecord.annotation]
        return object
    }

    private static func repair(_ object: JSONValue) throws -> JSONValue? {
        try KubernetesJSON.decode(DeploymentView.self, from: object).repair
    }

    /// One container, changed.
    private static func container(_ more: String) throws -> String {
        let main = try PodFixture.document(live)[path: ["spec", "template", "spec", "containers"]]?[0] ?? [:]
        let changed = MergePatch.apply(try PodFixture.document(more), to: main)
        return "{spec: {template: {spec: {containers: [\(JSONWriter.string(changed))]}}}}"
    }

    @Test func whatTheServerWritesDifferentlyIsNoChange() throws {
        #expect(try Self.repair(try Self.object(Self.live)) == nil)
        #expect(AppliedRecord.settlement(of: try Self.object(Self.live)) == nil)
    }

    /// What others add is theirs.
    @Test(arguments: [
        "{spec: {replicas: 0, paused: true, strategy: {type: Recreate}}}",
        "{metadata: {annotations: {deployment.kubernetes.io/revision: '3'}, labels: {team: risk}}}",
        "{spec: {template: {metadata: {annotations: {kubectl.kubernetes.io/restartedAt: now}}}}}",
        "{spec: {template: {spec: {nodeSelector: {zone: a}, tolerations: [{operator: Exists}]}}}}",
    ])
    func whatOthersAddStays(change: String) throws {
        #expect(try Self.repair(try Self.object(Self.live, change)) == nil)
    }

    @Test func elementsOfOthersStayBesideOurs() throws {
        var object = try Self.object(Self.live, try Self.container("{image: 'm:2'}"))
        var containers = try #require(object[path: ["spec", "template", "spec", "containers"]]?.arrayValue)
        containers.insert(["name": "sidecar", "image": "s:1"], at: 0)
        object[path: ["spec", "template", "spec", "containers"]] = .array(containers)
        let repair = try #require(try Self.repair(object))
        let repaired = MergePatch.apply(repair, to: object)
        let after = try #require(repaired[path: ["spec", "template", "spec", "containers"]]?.arrayValue)
        #expect(after.map { $0["image"]?.stringValue } == ["s:1", "m:1"])
        #expect(try Self.repair(repaired) == nil)
        #expect(AppliedRecord.names(of: repair) == "spec.template.spec.containers")
    }

    /// Each is put back as it was to the last field, so that the pods of before are the ones that are wanted.
    @Test(arguments: [
        "{image: 'm:2'}", "{args: [a]}", "{args: null}",
        "{env: [{name: A, value: '1'}, {name: B}, {name: C, value: '$(A)'}]}",
        "{env: [{name: C, value: '$(A)'}, {name: A, value: 1000m}, {name: B}]}", "{env: null}",
        "{env: [{name: A, valueFrom: {fieldRef: {fieldPath: metadata.name}}}, {name: B}, {name: C, value: '$(A)'}]}",
        "{readinessProbe: {httpGet: null, exec: {command: [true]}}}", "{readinessProbe: null}",
        "{resources: {limits: {cpu: '2'}}}", "{volumeMounts: [{name: work, mountPath: /other}]}",
    ])
    func aChangedContainerIsPutBack(change: String) throws {
        let object = try Self.object(Self.live, try Self.container(change))
        let repair = try #require(try Self.repair(object))
        #expect(repair[path: ["metadata", "uid"]] == "u" && repair[path: ["metadata", "resourceVersion"]] == "7")
        let repaired = MergePatch.apply(repair, to: object)
        #expect(try Self.repair(repaired) == nil)
        let main = try #require(repaired[path: ["spec", "template", "spec", "containers"]]?[0])
        #expect(main["image"] == "m:1" && main["args"] == ["a", "b"])
        #expect(main["env"]?.arrayValue?.compactMap { $0["name"]?.stringValue } == ["A", "B", "C"])
        #expect(main["env"]?.arrayValue?.contains { $0["valueFrom"] != nil } == false)
        #expect(main[path: ["readinessProbe", "exec"]] == nil && main[path: ["readinessProbe", "httpGet"]] != nil)
    }

    @Test(arguments: [
        "{metadata: {labels: null}}", "{spec: {template: {metadata: {labels: {app: other}}}}}",
        "{spec: {template: {spec: {automountServiceAccountToken: null}}}}",
        "{spec: {template: {spec: {volumes: [{name: work, hostPath: {path: /}}]}}}}",
        "{spec: {template: {spec: {initContainers: [{name: packages, image: 'p:1'}, {name: fetch, image: 'f:1'}]}}}}",
        "{spec: {template: {spec: {initContainers: null}}}}",
    ])
    func aChangedObjectIsPutBack(change: String) throws {
        let object = try Self.object(Self.live, change)
        let repaired = MergePatch.apply(try #require(try Self.repair(object)), to: object)
        #expect(try Self.repair(repaired) == nil)
        #expect(repaired[path: ["spec", "template", "spec", "volumes"]] == [["name": "work", "emptyDir": [:]]])
        #expect(repaired[path: ["spec", "replicas"]] == 5)
    }

    /// What a webhook makes of our own write is not fought, and somebody's change after it is put back to that.
    @Test func whatTheServerMadeOfAWriteIsWhatWasMade() throws {
        let object = try Self.object(Self.live, try Self.container("{image: 'mirror/m:1', args: [a, b, c], env: null}"))
        let settled = MergePatch.apply(try #require(AppliedRecord.settlement(of: object)), to: object)
        #expect(try Self.repair(settled) == nil)
        #expect(AppliedRecord.settlement(of: settled) == nil)
        let changed = MergePatch.apply(try PodFixture.document(try Self.container("{image: 'm:3'}")), to: settled)
        let repaired = MergePatch.apply(try #require(try Self.repair(changed)), to: changed)
        let main = repaired[path: ["spec", "template", "spec", "containers"]]?[0]
        #expect(main?["image"] == "mirror/m:1" && main?["args"] == ["a", "b", "c"])
    }

    @Test func aBudgetThatWasTurnedAroundIsPutBack() throws {
        var object = AppliedRecord.stamped(
            try PodFixture.document("{metadata: {name: m}, spec: {maxUnavailable: 1, selector: {matchLabels: {a: b}}}}")
        )
        object[path: ["spec", "maxUnavailable"]] = nil
        object[path: ["spec", "minAvailable"]] = "100%"
        let repair = try #require(try KubernetesJSON.decode(DisruptionBudgetView.self, from: object).repair)
        #expect(repair["spec"] == ["maxUnavailable": 1, "minAvailable": .null])
    }

    /// Whoever changes an object again and again is answered more and more rarely.
    @Test func nobodyIsFoughtForEver() throws {
        var world = try ServiceWorld("{model: churn:7}")
        world.register(7)
        try world.settle()
        world.ready(try world.revision())
        try world.settle()
        let name = try world.revision()
        let repair: JSONValue = ["spec": ["template": [:]]]
        var repairs = 0
        for look in 0..<160 {
            world.deployments[name]?.repair = repair
            if world.plan().actions.contains(.patch(.deployment, name: name, repair)) { repairs += 1 }
            try world.settle()
            world.wait(look < 60 ? 1 : 30)
        }
        #expect((12...30).contains(repairs), "\(repairs)")
        world.deployments[name]?.repair = nil
        world.wait(700)
        try world.settle()
        world.deployments[name]?.repair = repair
        #expect(world.plan().actions.first == .patch(.deployment, name: name, repair))
        #expect(world.events.contains { $0.reason == "Restored" && !$0.isWarning })
    }
}
