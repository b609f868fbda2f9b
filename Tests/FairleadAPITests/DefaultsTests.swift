import FairleadAPI
import KubernetesCore
import Testing

@Suite struct DefaultsTests {
    private func container(_ text: String) throws -> ContainerSpec {
        try KubernetesJSON.decode(ContainerSpec.self, from: try yaml(text))
    }

    @Test(arguments: [
        ("{image: a}", "{image: b, command: [x]}", "{image: a, command: [x]}"),
        ("{script: s}", "{command: [x], args: [w], image: i}", "{script: s, image: i}"),
        ("{command: [z]}", "{args: [w], python: p}", "{command: [z]}"),
        ("{args: [q]}", "{command: [x], args: [w]}", "{command: [x], args: [q]}"),
        ("{packages: [b, a]}", "{packages: [a, c]}", "{packages: [a, c, b]}"),
        ("{env: {A: 1}}", "{env: {A: 2, B: 3}}", "{env: {A: 1, B: 3}}"),
        ("{resources: {cpu: 2}}", "{resources: {cpu: 1, memory: 4Gi}}", "{resources: {cpu: '2', memory: 4Gi}}"),
        (
            "{retry: {max: 0}}", "{retry: {max: 3, backoff: {duration: 1s}}}",
            "{retry: {max: 0, backoff: {duration: 1s}}}"
        ),
        ("{timeouts: {total: 1h}}", "{timeouts: {attempt: 5m, total: 2h}}", "{timeouts: {attempt: 5m, total: 1h}}"),
        ("{spot: false}", "{spot: true}", "{spot: false}"),
        ("{}", "{serviceAccount: s, pullSecrets: [p]}", "{serviceAccount: s, pullSecrets: [p]}"),
    ])
    func taskOverDefaults(_ task: String, _ defaults: String, _ expected: String) throws {
        #expect(try container(task).merged(over: container(defaults)) == container(expected))
        #expect(try container(task).merged(over: nil) == container(task))
    }

    /// What is merged once is merged: doing it again changes nothing.
    @Test func mergingIsIdempotent() throws {
        let defaults = try container("{image: i, command: [x], env: {A: 1}, packages: [a], retry: {max: 2}}")
        let merged = try container("{env: {B: 2}, packages: [b]}").merged(over: defaults)
        #expect(merged.merged(over: defaults) == merged)
    }
}
