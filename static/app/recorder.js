/* Records the voice on the page and puts the recording into the file field beside it, so that it
   travels like any chosen file. Shown only where the browser can record.

   <div data-recorder hidden> … </div> followed by a field [data-upload-field] in the same
   [data-upload] box. The words come from the data attributes of the recorder. */
(function () {
  "use strict";
  var KINDS = [["audio/webm", "webm"], ["audio/ogg", "ogg"], ["audio/mp4", "m4a"]];

  function kindOf() {
    return KINDS.find(function (kind) { return window.MediaRecorder.isTypeSupported(kind[0]); });
  }

  function canRecord() {
    return window.MediaRecorder && window.DataTransfer && navigator.mediaDevices && kindOf();
  }

  function Recorder(box) {
    var self = this;
    this.box = box;
    this.field = box.closest("[data-upload]").querySelector("[data-upload-field]");
    this.level = this.part("level");
    this.player = this.part("player");
    this.part("start").addEventListener("click", function () { self.begin(); });
    this.part("stop").addEventListener("click", function () { self.recorder.stop(); });
    this.part("use").addEventListener("click", function () { self.use(); });
    this.say(box.dataset.ready);
    box.hidden = false;
  }

  Recorder.prototype.part = function (name) {
    return this.box.querySelector("[data-recorder-" + name + "]");
  };

  Recorder.prototype.say = function (text) { this.part("status").textContent = text; };

  Recorder.prototype.show = function (recording) {
    this.part("start").hidden = recording;
    this.part("stop").hidden = !recording;
    this.part("use").hidden = recording || !this.blob;
    this.player.hidden = recording || !this.blob;
    (recording ? this.part("stop") : this.blob ? this.part("use") : this.part("start")).focus();
  };

  Recorder.prototype.begin = function () {
    var self = this;
    navigator.mediaDevices.getUserMedia({ audio: true }).then(function (stream) {
      self.listen(stream);
    }, function () { self.say(self.box.dataset.refused); });
  };

  Recorder.prototype.listen = function (stream) {
    var self = this;
    var parts = [];
    this.kind = kindOf();
    this.blob = null;
    this.recorder = new MediaRecorder(stream, { mimeType: this.kind[0] });
    this.recorder.ondataavailable = function (event) { parts.push(event.data); };
    this.recorder.onstop = function () {
      stream.getTracks().forEach(function (track) { track.stop(); });
      self.finish(new Blob(parts, { type: self.kind[0] }));
    };
    this.recorder.start(1000);
    this.started = Date.now();
    this.measure(stream);
    this.show(true);
  };

  Recorder.prototype.measure = function (stream) {
    var self = this;
    var audio = new AudioContext();
    var analyser = audio.createAnalyser();
    var samples = new Uint8Array(analyser.fftSize);
    audio.createMediaStreamSource(stream).connect(analyser);
    (function draw() {
      if (self.recorder.state !== "recording") { audio.close(); self.level.value = 0; return; }
      analyser.getByteTimeDomainData(samples);
      self.level.value = Math.max.apply(null, samples) / 128 - 1;
      var seconds = Math.floor((Date.now() - self.started) / 1000);
      var clock = Math.floor(seconds / 60) + ":" + ("0" + seconds % 60).slice(-2);
      // The clock is for the eye: read aloud each second it would be in the recording.
      self.level.title = clock;
      if (seconds % 30 === 0) self.say(self.box.dataset.recording + " " + clock);
      window.requestAnimationFrame(draw);
    }());
  };

  Recorder.prototype.finish = function (blob) {
    this.blob = blob;
    if (this.player.src) URL.revokeObjectURL(this.player.src);
    this.player.src = URL.createObjectURL(blob);
    this.say(this.box.dataset.recorded);
    this.show(false);
  };

  Recorder.prototype.use = function () {
    var stamp = new Date().toISOString().slice(0, 16).replace(/[T:]/g, "-");
    var name = this.box.dataset.name + "-" + stamp + "." + this.kind[1];
    var list = new DataTransfer();
    list.items.add(new File([this.blob], name, { type: this.kind[0] }));
    this.field.files = list.files;
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  };

  if (canRecord()) {
    document.querySelectorAll("[data-recorder]").forEach(function (box) { new Recorder(box); });
  }
}());
