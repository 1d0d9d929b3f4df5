/** A file as the fake Slack has it. */
export interface Uploaded {
  id: string;
  name: string;
  /** Bytes that were announced. */
  length: number;
  content?: string | undefined;
  mediaType?: string | undefined;
  /** Where it is seen; nobody sees it before. */
  channel?: string | undefined;
}

/** Files on their way through the three steps of an upload. */
export function createFiles() {
  const files: Uploaded[] = [];
  return {
    files,
    announce(name: string, length: number): Uploaded {
      const added: Uploaded = { id: `F0${files.length + 1}`, name, length };
      files.push(added);
      return added;
    },
    /** Takes the bytes; false when there is no such address or the length is another one. */
    receive(path: string, content: string, mediaType: string): boolean {
      const file = files.find(({ id }) => path === `/upload/${id}`);
      if (file === undefined || Buffer.byteLength(content) !== file.length) return false;
      file.content = content;
      file.mediaType = mediaType;
      return true;
    },
    /** Shows the files in the channel; false when one of them is not there yet. */
    complete(ids: readonly string[], channel: string): boolean {
      const found = files.filter(({ id, content }) => ids.includes(id) && content !== undefined);
      if (found.length < ids.length) return false;
      for (const file of found) file.channel = channel;
      return true;
    },
  };
}
