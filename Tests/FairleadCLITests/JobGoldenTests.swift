import FairleadAPI
import Foundation
import KubernetesCore
import Testing

@testable import FairleadCLI

@Suite("Golden: how training jobs are shown")
struct JobGoldenTests {
    @Test("the story and the end of jobs at every stage, and the list of them")
    func stories() throws {
        let now = try RunFixture.moment(100)
        let jobs = [
            try JobFixture.queued(), try JobFixture.running(), try JobFixture.failed(), try JobFixture.succeeded(),
        ]
        var parts = jobs.map { JobStory(job: $0, now: now).lines().joined(separator: "\n") }
        parts += jobs.dropFirst(2).map { JobStory(job: $0, now: now).ending().joined(separator: "\n") }
        parts.append(JobList(jobs: jobs, hasNamespaces: true, now: now).lines().joined(separator: "\n"))
        try Golden.expect(parts.joined(separator: "\n-----\n"), "jobs.txt")
    }

    @Test("each change is a line, metrics alone are none")
    func progress() throws {
        var progress = JobProgressLines()
        var lines: [String] = []
        for job in [
            try JobFixture.queued(), try JobFixture.running(progress: 10, ready: 2),
            try JobFixture.running(progress: 10), try JobFixture.running(progress: 40), try JobFixture.failed(),
        ] {
            lines += progress.lines(job, now: try RunFixture.moment(70))
            lines += progress.lines(job, now: try RunFixture.moment(71))
        }
        try Golden.expect(lines.joined(separator: "\n"), "job-progress.txt")
    }

    @Test("why tells the first cause with its rank, its log's end and what to do")
    func why() throws {
        let now = try RunFixture.moment(100)
        func story(_ job: TrainingJob, _ pods: [PodView]) -> String {
            var why = JobWhy(job: job, now: now, commandLine: { "\($0) -n team" })
            for pod in Investigator.suspects(pods, message: job.status.message ?? "").prefix(3) {
                var facts = PodFacts(pod)
                if facts.ending != nil { facts.log = ["step 41", "no memory"] }
                why.pods.append((MemberAddress.place(of: pod), MemberAddress.rank(of: pod), facts))
            }
            return why.lines().joined(separator: "\n")
        }
        let pods = [
            try JobFixture.pod(0, exitCode: 143, ended: 63), try JobFixture.pod(1, exitCode: 143, ended: 61),
            try JobFixture.pod(2, exitCode: 1, ended: 62), try JobFixture.pod(3),
        ]
        let parts = [
            story(try JobFixture.failed(), pods), story(try JobFixture.queued(), []),
            story(try JobFixture.running(), [try JobFixture.pod(0)]), story(try JobFixture.succeeded(), pods),
            story(try JobFixture.job(#"{"phase": "Suspended"}"#, suspend: true), []),
            story(
                try JobFixture.job(#"{"phase": "Stopped", "reason": "Stopped", "message": "the job was stopped"}"#), []),
        ]
        try Golden.expect(parts.joined(separator: "\n-----\n"), "job-why.txt")
    }

    @Test("the pod that the message names comes first, then the earliest that failed")
    func suspects() throws {
        let pods = [
            try JobFixture.pod(0, exitCode: 143, ended: 63), try JobFixture.pod(1, exitCode: 143, ended: 61),
            try JobFixture.pod(2, exitCode: 1, ended: 62), try JobFixture.pod(3, phase: "Pending"),
        ]
        func indexes(_ message: String) -> [Int] {
            Investigator.suspects(pods, message: message).compactMap { MemberAddress.rank(of: $0) }
        }
        #expect(indexes("") == [1, 2, 0, 3])
        #expect(indexes("pod bert-worker-2-0a1b2c3d failed") == [2, 1, 0, 3])
    }

    @Test("pods of a job are named by rank, place and role")
    func addresses() throws {
        let pod = try JobFixture.pod(2)
        for text in ["2", "worker-2", "worker[2]", "worker"] {
            #expect(try MemberAddress(text).matches(pod), "\(text)")
        }
        for text in ["0", "worker-1", "ps", "ps-2"] { #expect(try !MemberAddress(text).matches(pod), "\(text)") }
        for text in ["", "-1", "worker-", "worker[x]", "Worker-1", "w 1"] {
            #expect(throws: CommandError.self, "\(text)") { try MemberAddress(text) }
        }
        #expect(LogSelection.name(of: pod) == "worker-2")
        let attempts = JobLogs.byAttempt([try JobFixture.pod(2, attempt: 3), try JobFixture.pod(2, attempt: 2)])
        #expect(attempts.map(LogSelection.attempt) == [2, 3])
    }

    @Test("a name may say which kind it means")
    func names() throws {
        #expect(try WorkloadName("bert").kind == nil)
        #expect(try WorkloadName("job/bert") == (try WorkloadName("trainingjob/bert")))
        #expect(try WorkloadName("run/bert").kind == .run)
        #expect(try WorkloadName("pipelineruns/bert").kind == .run)
        for text in ["model/bert", "job/"] { #expect(throws: CommandError.self) { try WorkloadName(text) } }
    }
}
