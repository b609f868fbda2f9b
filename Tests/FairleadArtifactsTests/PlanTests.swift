import KubernetesCore
import Testing

@testable import FairleadArtifacts

struct PlanTests {
    private static let finder = PlaceFinder(remotes: [
        RemotePrefix(prefix: "s3://raw/", remote: "R0", root: nil),
        RemotePrefix(prefix: "s3://raw/deep/", remote: "R1", root: "other/place/"),
        RemotePrefix(prefix: "https://files.acme.dev/", remote: "R2", root: nil),
        RemotePrefix(prefix: "azblob://acme/", remote: "R3", root: ""),
        RemotePrefix(prefix: "pvc://sets/", remote: nil, root: "/mnt/sets/"),
        RemotePrefix(prefix: "nfs://box/", remote: nil, root: nil),
    ])

    @Test(arguments: [
        ("s3://raw/a/b", "R0:raw/a/b"), ("s3://raw/deep/x", "R1:other/place/x"), ("s3://raw", "R0:raw"),
        ("s3://rawer/x", ":s3,provider=AWS,env_auth=true:rawer/x"), ("gs://b/k", ":gcs,env_auth=true:b/k"),
        ("https://files.acme.dev/a?b", "R2:/a?b"), ("azblob://acme/c/k", "R3:c/k"),
        ("pvc://sets/a", "/mnt/sets/a"), ("file:///data/x", "/data/x"),
    ])
    func findsPlaces(uri: String, place: String) throws {
        #expect(try Self.finder.place(of: uri) == .location(place))
    }

    @Test(arguments: ["no-uri", "file://host/x", "gopher://x/y", "://x", "nfs://box/a"])
    func refusesWhatItCantReach(uri: String) {
        let failure = #expect(throws: ArtifactFailure.self) { try Self.finder.place(of: uri) }
        #expect(failure?.reason == .invalidPlan)
        #expect(failure?.message.contains(uri) == true)
    }

    @Test func addressesAreShownWithoutSecrets() throws {
        #expect(try Self.finder.place(of: "https://x.dev/f?sig=1") == .download("https://x.dev/f?sig=1"))
        #expect(PlaceFinder.shown("https://me:word@x.dev/f?sig=1#z") == "https://x.dev/f")
        #expect(PlaceFinder.shown("s3://b/what?") == "s3://b/what?")
    }

    @Test func aPlanIsReadAsItIsWrittenOrRefused() throws {
        let text = """
            {"inputs":[{"name":"a","uris":["s3://b/0",null],"path":"/p"}],"code":{"git":"https://x/y","ref":"main"},
            "codePath":"/c","checkpoint":{"uri":"s3://b/c","path":"/k"},"attempts":2}
            """
        let plan = try PlanReader.read(FetchPlan.self, ["FAIRLEAD_PLAN": text])
        #expect(plan.inputs?.first?.uris == ["s3://b/0", nil])
        for (bad, complaint) in [
            (#"{"inputs":[{"name":"a","path":"/p","urls":[]}]}"#, "inputs.0.urls"), (#"{"inputs":1}"#, "inputs"),
            ("", "JSON"), (#"{"later":true}"#, "later"),
        ] {
            let failure = #expect(throws: ArtifactFailure.self) {
                try PlanReader.read(FetchPlan.self, ["FAIRLEAD_PLAN": bad])
            }
            #expect(failure?.message.contains(complaint) == true, "\(bad): \(failure?.message ?? "")")
        }
        #expect(throws: ArtifactFailure.self) { try PlanReader.read(FetchPlan.self, [:]) }
    }

    @Test func aReportKeepsItsBound() throws {
        var report = TerminationReport()
        for number in 0..<12 {
            report.add([
                "artifact": .string("artifact\(number)"), "uri": .string("s3://" + String(repeating: "x", count: 300)),
                "digest": .string("sha256:" + String(repeating: "0", count: 64)), "size": 1,
            ])
        }
        #expect(report.text.utf8.count <= TerminationReport.limit)
        let lines = try report.text.split(separator: "\n").map { try JSONParser.parse($0.utf8) }
        #expect(lines.count == 12)
        #expect(lines.allSatisfy { $0["uri"] == nil && $0["digest"] != nil })
        report.add(ArtifactFailure(.denied, String(repeating: "ä", count: 5000)), ["artifact": "last"])
        #expect(report.text.utf8.count <= TerminationReport.limit)
        #expect(report.text.hasSuffix("\"reason\":\"Denied\"}\n"))
    }

    @Test(arguments: [
        (1, "Failed to copy: AccessDenied: Access Denied\n\tstatus code: 403, request id: 1, host id: 2", "Denied"),
        (1, "InvalidAccessKeyId: The AWS Access Key Id you provided does not exist", "Denied"),
        (1, "NoCredentialProviders: no valid providers in chain", "Denied"),
        (3, "directory not found", "NotFound"), (4, "object not found", "NotFound"),
        (1, "NoSuchBucket: The specified bucket does not exist\n\tstatus code: 404, request id: 7", "NotFound"),
        (1, "dial tcp 127.0.0.1:1: connect: connection refused", "StoreFailed"),
        (1, "InternalError: We encountered an internal error\n\tstatus code: 500", "StoreFailed"),
        (5, "", "StoreFailed"),
    ])
    func knowsWhatRcloneMeans(code: Int32, message: String, reason: String) {
        var log = RcloneLog()
        let line: JSONValue = ["level": "error", "msg": .string(message), "object": "f"]
        let toldOfProgress = log.take(JSONWriter.string(line))
        #expect(!toldOfProgress)
        _ = log.take(JSONWriter.string(line))
        _ = log.take("2026/11/21 08:43:58 Failed to copyto: \(message.prefix { $0 != "\n" })")
        #expect(log.reason(exitCode: code).rawValue == reason)
        #expect(log.errors.count <= 2)
        #expect(!log.errors.joined().contains("request id"))
    }

    @Test func optionsAreSpeltAsRcloneReadsThem() {
        let variables = Rclone.configured([
            "RCLONE_CONFIG_R0_access_key_id": "a", "RCLONE_CONFIG_R0_AWS_SECRET_ACCESS_KEY": "b",
            "RCLONE_CONFIG_R1_key-pem": "c", "RCLONE_CONFIG_R1_TYPE": "sftp", "RCLONE_CONFIG_R1_type": "s3",
            "RCLONE_CONFIG_R10_Endpoint": "d", "rclone_bwlimit": "e", "PATH": "/bin",
        ])
        #expect(
            variables == [
                "RCLONE_CONFIG_R0_ACCESS_KEY_ID": "a", "RCLONE_CONFIG_R0_SECRET_ACCESS_KEY": "b",
                "RCLONE_CONFIG_R1_KEY_PEM": "c", "RCLONE_CONFIG_R1_TYPE": "sftp", "RCLONE_CONFIG_R10_ENDPOINT": "d",
                "rclone_bwlimit": "e", "PATH": "/bin",
            ])
    }

    @Test func progressIsForPeople() {
        var log = RcloneLog()
        let line = """
            {"level":"warning","msg":"…","stats":{"bytes":1288490189,"totalBytes":3650722201,"speed":125829120.5,\
            "checks":0,"transfers":0,"eta":null}}
            """
        let toldOfProgress = log.take(line)
        #expect(toldOfProgress)
        #expect(log.progress?.text == "1.2 GiB of 3.4 GiB, 120.0 MiB/s, about 19 s left")
    }

    @Test func generationsAreOrdered() {
        let names = [
            "000000000010-0000000a/", "000000000009-ffffffff/", "000000000009-ffffffff.complete", "junk/",
            "7-1.complete",
            "000000000010-0000000a.complete", "000000000011-00000001/", "000000000002-0000000b.complete",
        ]
        let (all, whole) = Generation.all(in: names)
        #expect(all.map(\.number) == [2, 9, 10, 11])
        #expect(whole.map(\.name) == ["000000000002-0000000b", "000000000009-ffffffff", "000000000010-0000000a"])
    }
}
