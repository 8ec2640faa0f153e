/** The process that holds a lock. */
export interface LockHolder {
  readonly pid: number;
  readonly host: string;
}

/** How to wait for a lock. */
export interface LockOptions {
  /** Gives up the waiting; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Called when somebody else holds the lock, once for each holder. It may be this process. */
  readonly onWait?: (holder: LockHolder) => void;
}

/** A lock that is held. */
export interface Lock extends Disposable {
  /** Lets go. A second call does nothing. */
  release(): void;
}
