import ControllerRuntime
import FairleadPlanning

extension Requeue {
    /// When a key is looked at again whose plan says so.
    init(_ wake: Wake) {
        switch wake {
        case .now: self = .after(.zero)
        case .onChange: self = .onChange
        case .after(let wait): self = .after(wait)
        }
    }
}
