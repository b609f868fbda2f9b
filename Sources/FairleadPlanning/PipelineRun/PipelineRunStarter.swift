public import FairleadAPI
public import Foundation
public import KubernetesCore

/// Decides how a run begins: what it runs is validated, its parameters are resolved, and both are fixed.
public enum PipelineRunStarter {
    /// How long a run waits for a pipeline that does not exist: both may be applied at once, in any order.
    public static let pipelineGrace: TimeInterval = 30

    /// What becomes of a run that has not started.
    public enum Decision: Sendable, Equatable {
        /// It can start: this ConfigMap fixes what it runs.
        case start(FixedRun, configMap: JSONValue)
        /// It waits; the status says for what.
        case wait(PipelineRunStatus, Duration?)
        /// It can't run; the status says why.
        case refuse(PipelineRunStatus)
    }

    /// Decides.
    ///
    /// - Parameters:
    ///   - run: The run.
    ///   - pipeline: The pipeline that it names, nil where there is none of that name.
    ///   - others: The names of the namespace's pipelines, of which one may be meant.
    ///   - origin: What there is of the run that it resumes.
    ///   - now: The time.
    public static func decide(
        run: PipelineRun, pipeline: Pipeline?, others: [String] = [], origin: RecoveryOrigin = .none, now: Date
    ) -> Decision {
        if let end = ended(run, pipeline, now) { return .refuse(end) }
        do throws(Hindrance) {
            let fixed = try fix(run, pipeline, origin)
            if run.spec.value?.suspend == true {
                var status = RunStatusBuilder.unstarted(
                    run: run, phase: .suspended, reason: .suspended, message: "spec.suspend is true", now: now)
                status.concurrencyGroup = nil
                return .wait(status, nil)
            }
            do throws(TaskProblem) {
                return .start(fixed, configMap: try fixed.configMap(run: run.metadata))
            } catch {
                return .refuse(refusal(run, pipeline, error.message, now))
            }
        } catch {
            switch error {
            case .invalid(let message): return .refuse(refusal(run, pipeline, message, now))
            case .missing(let name):
                let place = "spec.pipeline: there is no pipeline \"\(name)\" in this namespace"
                let hint = NearestName.suggestion(name, among: others)
                let age = run.metadata.creationTimestamp.map { now.timeIntervalSince($0.date) } ?? pipelineGrace
                guard age < pipelineGrace else { return .refuse(refusal(run, pipeline, place + hint, now)) }
                let status = RunStatusBuilder.unstarted(
                    run: run, phase: .pending, reason: .invalidSpec, message: "\(place) yet\(hint)", now: now)
                return .wait(status, .milliseconds(Int64((pipelineGrace - age) * 1000) + 1))
            }
        }
    }

    private enum Hindrance: Error {
        case invalid(String)
        case missing(String)
    }

    private static func refusal(
        _ run: PipelineRun, _ pipeline: Pipeline?, _ message: String, _ now: Date
    ) -> PipelineRunStatus {
        RunStatusBuilder.unstarted(
            run: run, phase: .failed, reason: .invalidSpec, message: message,
            telling: notifications(run, pipeline), now: now)
    }

    /// What is to be told of a run that never starts.
    private static func notifications(_ run: PipelineRun, _ pipeline: Pipeline?) -> [NotificationSpec] {
        let spec = run.spec.value?.decodedPipelineSpec ?? pipeline?.spec
        return spec?.value?.notifications ?? []
    }

    /// How a run ends that is to end before it started; nil where it is not.
    private static func ended(_ run: PipelineRun, _ pipeline: Pipeline?, _ now: Date) -> PipelineRunStatus? {
        var end: (reason: Reason, message: String)?
        if let other = RunReplacement.replacement(of: run.metadata) {
            end = (.cancelled, RunReplacement.message(other))
        }
        if run.spec.value?.shutdown != nil { end = (.stopped, "stopped before it started") }
        return end.map {
            RunStatusBuilder.unstarted(
                run: run, phase: .stopped, reason: $0.reason, message: $0.message,
                telling: notifications(run, pipeline), now: now)
        }
    }

    private static func fix(
        _ run: PipelineRun, _ pipeline: Pipeline?, _ origin: RecoveryOrigin
    ) throws(Hindrance) -> FixedRun {
        let spec: PipelineRunSpec
        switch run.spec {
        case .success(let value): spec = value
        case .failure(let problem): throw .invalid(problem.message)
        }
        let limits = Limits.published
        guard run.metadata.name.utf8.count <= limits.runName else {
            throw .invalid(
                "metadata.name: must have at most \(limits.runName) characters, not \(run.metadata.name.utf8.count)")
        }
        let invalid = RunValidator.validate(spec, limits: limits)
        guard invalid.isEmpty else { throw .invalid(InvalidSpec(invalid).message) }

        let pipelineSpec: PipelineSpec
        if let own = spec.decodedPipelineSpec {
            pipelineSpec = try checked(own, at: "spec.pipelineSpec", limits)
        } else {
            guard let pipeline else { throw .missing(spec.pipeline ?? "") }
            do throws(Hindrance) {
                pipelineSpec = try checked(pipeline.spec, named: pipeline.metadata.name, at: "spec", limits)
            } catch .invalid(let message) {
                throw .invalid("pipeline \"\(pipeline.metadata.name)\": \(message)")
            }
        }
        let misfits = RunValidator.validate(spec, of: pipelineSpec)
        guard misfits.isEmpty else { throw .invalid(InvalidSpec(misfits).message) }
        if let problem = RecoveryStart.problem(spec, origin) { throw .invalid(InvalidSpec([problem]).message) }
        do throws(InvalidSpec) {
            let given = RecoveryStart.params(spec, pipelineSpec, origin)
            let params = try ParamResolver.resolve(pipelineSpec.params, given: given)
            var fixed = FixedRun(pipeline: spec.pipeline, spec: pipelineSpec, params: params)
            fixed.fix(spec)
            if case .found(let source) = origin {
                let rerun = spec.resumeFrom?.rerun ?? []
                fixed.recovered = Recovery(fixed, from: source, rerun: rerun).facts()
            }
            return fixed
        } catch {
            throw .invalid(error.message)
        }
    }

    private static func checked(
        _ decoded: Decoded<PipelineSpec>, named name: String? = nil, at path: String, _ limits: Limits
    ) throws(Hindrance) -> PipelineSpec {
        switch decoded {
        case .failure(let problem): throw .invalid(problem.message)
        case .success(let spec):
            let invalid = PipelineValidator.validate(spec, named: name, at: FieldPath(path), limits: limits)
            guard invalid.isEmpty else { throw .invalid(InvalidSpec(invalid).message) }
            return spec
        }
    }
}
